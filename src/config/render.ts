import { Document } from 'yaml';
import type { GuestConfiguration, GuestSettings, HostConfiguration } from '../core/model/index.js';
import type { LoadedConfiguration } from './load.js';
import {
  formatBandwidth,
  formatDuration,
  formatPercent,
  formatSnapshotSize,
} from './units-format.js';
import type { ConfigurationInput } from './schema.js';

/**
 * The configuration in effect, as YAML that can be loaded again and then means the same: every
 * default is said, every `~/` of a control connection expanded.
 */
export function renderConfiguration(loaded: LoadedConfiguration): string {
  const { configuration, defaults, files } = loaded;
  const input: ConfigurationInput = {
    libvirtUri: configuration.libvirtUri,
    stateDir: configuration.stateDirectory,
    hosts: Object.fromEntries(configuration.hosts.map((host) => [host.name, hostInput(host)])),
    defaults: settingsInput(defaults),
    guests: Object.fromEntries(
      configuration.guests.map((guest) => [
        guest.name,
        { hosts: [...guest.hosts], ...settingsInput(guest), ...devicesInput(guest) },
      ]),
    ),
  };
  const from = files.map((file) => `#   ${file.replace(/\p{Cc}/gu, '?')}`).join('\n');
  return `# The configuration in effect, read from\n${from}\n${renderYaml(input)}`;
}

/** Plain data as YAML: short lists on one line, never an anchor. */
export function renderYaml(data: unknown): string {
  const document = new Document(data, { aliasDuplicateObjects: false });
  return document.toString({ lineWidth: 0, flowCollectionPadding: true });
}

function hostInput(host: HostConfiguration) {
  const { name: _name, replication, ...rest } = host;
  return { ...rest, replication: { ...replication } };
}

function devicesInput({ devices }: GuestConfiguration) {
  return devices === undefined ? {} : { devices: { ...devices } };
}

function settingsInput(settings: GuestSettings) {
  return {
    snapshotSize: formatSnapshotSize(settings.snapshotSize),
    snapshotMaxSize: formatSnapshotSize(settings.snapshotMaxSize),
    thinPoolLimit: formatPercent(settings.thinPoolLimitPercent),
    withoutSnapshot: [...settings.withoutSnapshot],
    exclude: [...settings.exclude],
    ...(settings.mode === undefined ? {} : { mode: settings.mode }),
    consistency: settings.consistency,
    pauseLimit: String(formatDuration(settings.pauseLimitMs)),
    maxDeletes: {
      share: formatPercent(settings.maxDeletes.sharePercent),
      count: settings.maxDeletes.count,
    },
    bandwidthLimit: formatBandwidth(settings.bandwidthLimitKiBPerSecond),
    ioClass: settings.ioClass,
    stallTimeout: String(formatDuration(settings.stallTimeoutMs)),
    maxDuration: formatDuration(settings.maxDurationMs),
  };
}
