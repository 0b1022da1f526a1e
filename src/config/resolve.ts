import { join } from 'node:path';
import type {
  Configuration,
  GuestConfiguration,
  GuestSettings,
  HostConfiguration,
  ReplicationConfiguration,
} from '../core/model/index.js';
import { builtInDefaults } from './builtin-defaults.js';
import type { ParsedConfiguration, ParsedGuest, ParsedHost, ParsedSettings } from './schema.js';
import {
  pauseLimitSchema,
  shareSchema,
  snapshotMaxSizeSchema,
  snapshotSizeSchema,
  stallTimeoutSchema,
  thinPoolLimitSchema,
} from './schema-values.js';

/** A configuration with all defaults, and those defaults. */
export interface ResolvedConfiguration {
  readonly configuration: Configuration;
  /** What a guest gets that says nothing itself. */
  readonly defaults: GuestSettings;
}

/**
 * Lays guests over `defaults` over the built-in defaults, and expands `~/`.
 *
 * @param homeDirectory - for paths of control connections. Paths for replication are used on
 *   the source host, so their `~/` stays for OpenSSH there to expand.
 */
export function resolveConfiguration(
  parsed: ParsedConfiguration,
  homeDirectory: string,
): ResolvedConfiguration {
  const defaults = overlay(builtInSettings(), parsed.defaults ?? {});
  return {
    defaults,
    configuration: {
      libvirtUri: parsed.libvirtUri ?? builtInDefaults.libvirtUri,
      stateDirectory: parsed.stateDir ?? builtInDefaults.stateDir,
      hosts: hostNames(parsed).map((name) =>
        resolveHost(name, parsed.hosts?.[name] ?? {}, homeDirectory),
      ),
      guests: Object.entries(parsed.guests ?? {}).map(([name, guest]) =>
        resolveGuest(name, guest, defaults),
      ),
    },
  };
}

/** A host that only guests name has every default: it is reached by its name. */
function hostNames(parsed: ParsedConfiguration): readonly string[] {
  const named = Object.values(parsed.guests ?? {}).flatMap(({ hosts }) => hosts);
  return [...new Set([...Object.keys(parsed.hosts ?? {}), ...named])];
}

function builtInSettings(): GuestSettings {
  return {
    snapshotSize: snapshotSizeSchema.parse(builtInDefaults.snapshotSize),
    snapshotMaxSize: snapshotMaxSizeSchema.parse(builtInDefaults.snapshotMaxSize),
    thinPoolLimitPercent: thinPoolLimitSchema.parse(builtInDefaults.thinPoolLimit),
    withoutSnapshot: builtInDefaults.withoutSnapshot,
    exclude: builtInDefaults.exclude,
    mode: builtInDefaults.mode,
    consistency: builtInDefaults.consistency,
    pauseLimitMs: pauseLimitSchema.parse(builtInDefaults.pauseLimit),
    maxDeletes: {
      sharePercent: shareSchema.parse(builtInDefaults.maxDeletesShare),
      count: builtInDefaults.maxDeletesCount,
    },
    bandwidthLimitKiBPerSecond: builtInDefaults.bandwidthLimit,
    ioClass: builtInDefaults.ioClass,
    stallTimeoutMs: stallTimeoutSchema.parse(builtInDefaults.stallTimeout),
    maxDurationMs: builtInDefaults.maxDuration,
  };
}

function overlay(below: GuestSettings, above: ParsedSettings): GuestSettings {
  return {
    snapshotSize: above.snapshotSize ?? below.snapshotSize,
    snapshotMaxSize: above.snapshotMaxSize ?? below.snapshotMaxSize,
    thinPoolLimitPercent: above.thinPoolLimit ?? below.thinPoolLimitPercent,
    withoutSnapshot: above.withoutSnapshot ?? below.withoutSnapshot,
    exclude: above.exclude ?? below.exclude,
    mode: above.mode ?? below.mode ?? builtInDefaults.mode,
    consistency: above.consistency ?? below.consistency,
    pauseLimitMs: above.pauseLimit ?? below.pauseLimitMs,
    maxDeletes: {
      sharePercent: above.maxDeletes?.share ?? below.maxDeletes.sharePercent,
      count: above.maxDeletes?.count ?? below.maxDeletes.count,
    },
    bandwidthLimitKiBPerSecond: above.bandwidthLimit ?? below.bandwidthLimitKiBPerSecond,
    ioClass: above.ioClass ?? below.ioClass,
    stallTimeoutMs: above.stallTimeout ?? below.stallTimeoutMs,
    maxDurationMs: above.maxDuration ?? below.maxDurationMs,
  };
}

function resolveGuest(
  name: string,
  guest: ParsedGuest,
  defaults: GuestSettings,
): GuestConfiguration {
  const { devices } = guest;
  return {
    name,
    hosts: guest.hosts,
    ...overlay(defaults, guest),
    ...(devices === undefined ? {} : { devices }),
  };
}

function resolveHost(name: string, host: ParsedHost, homeDirectory: string): HostConfiguration {
  const address = host.address ?? name;
  return {
    name,
    connection: host.connection ?? 'auto',
    address,
    ...access(host, (path) => expandHome(path, homeDirectory)),
    sudo: host.sudo ?? false,
    replication: resolveReplication(host, address),
  };
}

function resolveReplication(host: ParsedHost, address: string): ReplicationConfiguration {
  const own = host.replication;
  return {
    address: own?.address ?? address,
    ...access(
      {
        port: own?.port ?? host.port,
        user: own?.user ?? host.user,
        identityFile: own?.identityFile ?? host.identityFile,
        knownHostsFile: own?.knownHostsFile ?? host.knownHostsFile,
      },
      (path) => path,
    ),
  };
}

type Access = Pick<ParsedHost, 'port' | 'user' | 'identityFile' | 'knownHostsFile'>;

/** Leaves out what is not said, so that OpenSSH's own settings hold there. */
function access(values: Access, path: (text: string) => string) {
  const { port, user, identityFile, knownHostsFile } = values;
  return {
    ...(port === undefined ? {} : { port }),
    ...(user === undefined ? {} : { user }),
    ...(identityFile === undefined ? {} : { identityFile: path(identityFile) }),
    ...(knownHostsFile === undefined ? {} : { knownHostsFile: path(knownHostsFile) }),
  };
}

function expandHome(path: string, homeDirectory: string): string {
  return path.startsWith('~/') ? join(homeDirectory, path.slice(2)) : path;
}
