import { type LoadedConfiguration, thisHostConfiguration } from '../../config/index.js';
import {
  type Configuration,
  type DomainDefinition,
  type DomainState,
  type GuestName,
  type HostName,
  isXenBackupError,
  together,
  XenBackupError,
} from '../../core/index.js';
import type { Host } from '../../ports/index.js';
import type { CliContext } from '../context.js';

/** What is asked of a host here. */
export type DomainHost = Pick<Host, 'name' | 'hypervisor'>;

/** The part of the context that a live definition needs. */
export interface DomainContext extends Pick<CliContext, 'configurationRequest'> {
  readConfiguration(): Promise<Pick<LoadedConfiguration, 'configuration'>>;
  openConnector(configuration: Configuration): Promise<DomainConnector>;
}

interface DomainConnector {
  connect(name: HostName): Promise<DomainHost>;
  close(): Promise<void>;
}

/**
 * The definition of a guest, from the host that has it active, else from the first that knows it.
 *
 * @param wanted - ask this host alone
 * @throws `domain-not-found`; `guest-on-two-hosts`; what made a host unreachable, unless the guest
 *   is active on another one: it might be active there.
 */
export async function readLiveDefinition(
  context: DomainContext,
  guest: GuestName,
  wanted: HostName | undefined,
): Promise<DomainDefinition> {
  const configuration = await configurationOrThisHost(context);
  const candidates = candidateHosts(configuration, guest, wanted);
  const connector = await context.openConnector(configuration);
  try {
    const findings = await together(candidates.map((name) => ask(connector, name, guest)));
    const definition = await choose(findings, guest).hypervisor.readDefinition(guest);
    // It may have been undefined between the two questions.
    if (definition === undefined) throw notFound(guest, candidates);
    return definition;
  } finally {
    await connector.close();
  }
}

/** As scripts on a Dom0 need it: no configuration is necessary to look at its own guests. */
async function configurationOrThisHost(context: DomainContext): Promise<Configuration> {
  const { file, confDirectory } = context.configurationRequest();
  try {
    return (await context.readConfiguration()).configuration;
  } catch (error) {
    const named = file !== undefined || confDirectory !== undefined;
    if (named || !isXenBackupError(error, 'configuration-missing')) throw error;
    return thisHostConfiguration();
  }
}

function candidateHosts(
  configuration: Configuration,
  guest: GuestName,
  wanted: HostName | undefined,
): readonly HostName[] {
  const all = configuration.hosts.map(({ name }) => name);
  if (wanted === undefined) {
    return configuration.guests.find(({ name }) => name === guest)?.hosts ?? all;
  }
  if (all.includes(wanted)) return [wanted];
  throw new XenBackupError('usage-invalid', {
    message: `no host ${wanted} is configured`,
    remedy: `These are: ${all.join(', ')}.`,
  });
}

type Finding =
  | {
      readonly kind: 'answered';
      readonly host: DomainHost;
      readonly state: DomainState | undefined;
    }
  | { readonly kind: 'failed'; readonly error: unknown };

async function ask(connector: DomainConnector, name: HostName, guest: GuestName): Promise<Finding> {
  try {
    const host = await connector.connect(name);
    return { kind: 'answered', host, state: await host.hypervisor.domainState(guest) };
  } catch (error) {
    return { kind: 'failed', error };
  }
}

function choose(findings: readonly Finding[], guest: GuestName): DomainHost {
  const known = findings.flatMap((finding) =>
    finding.kind === 'answered' && finding.state !== undefined
      ? [{ host: finding.host, state: finding.state }]
      : [],
  );
  const [active, ...others] = known.filter(({ state }) => isActive(state));
  if (others.length > 0 && active !== undefined) {
    const names = [active, ...others].map(({ host }) => host.name).join(' and ');
    throw new XenBackupError('guest-on-two-hosts', {
      message: `${guest} is active on ${names}`,
      remedy: 'Say which one you mean with --host.',
    });
  }
  if (active !== undefined) return active.host;
  const failed = findings.find((finding) => finding.kind === 'failed');
  if (failed !== undefined) throw failed.error;
  const [first] = known;
  if (first !== undefined) return first.host;
  throw notFound(
    guest,
    findings.flatMap((finding) => (finding.kind === 'answered' ? [finding.host.name] : [])),
  );
}

/** libvirt keeps a live definition of its own for all but these. */
function isActive(state: DomainState): boolean {
  return state !== 'shut off' && state !== 'crashed';
}

function notFound(guest: GuestName, hosts: readonly HostName[]): XenBackupError {
  return new XenBackupError('domain-not-found', {
    message: `no domain ${guest} on ${hosts.join(', ')}`,
  });
}
