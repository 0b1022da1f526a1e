import { afterAll, beforeAll } from 'vitest';
import { flavour } from '../flavours/chosen.js';
import type { ExecResult } from '../host.js';
import { hosts, hostSpec, type HostName } from '../hosts.js';
import { lab } from '../lab.js';
import { holdLock } from '../lock.js';
import { paths } from '../paths.js';

/** Made by `npm run bundle`; the suite makes it anew before it starts. */
export const bundleFile = 'dist/xen-backup.cjs';

/** A run takes minutes on emulated hosts that share two cores with everything else. */
export const runTimeoutMs = 1_200_000;

/**
 * Gives a test file the pair for itself: prepared state, this program and a configuration on both
 * hosts. Stopped at the end.
 *
 * @param configuration - YAML; the pair and dc1 when absent.
 */
export function useLab(purpose: string, configuration: string = pairConfiguration()): void {
  let release: () => void = () => undefined;
  beforeAll(async () => {
    release = await holdLock(purpose);
    await freshPair(configuration);
  });
  afterAll(async () => {
    await lab.down();
    release();
  });
}

/** The prepared state with this program and a configuration on both hosts. */
export async function freshPair(configuration: string = pairConfiguration()): Promise<void> {
  await lab.reset();
  await lab.installBundle(bundleFile);
  await Promise.all(hosts.map(({ name }) => configure(name, configuration)));
}

const configurationFile = '/etc/xen-backup/config.yaml';

export async function configure(name: HostName, text: string): Promise<void> {
  const host = lab.host(name);
  await host.must(['install', '-d', '-m', '755', '/etc/xen-backup']);
  await host.must(['tee', configurationFile], { stdin: text });
}

export interface PairOptions {
  /** Default: dc1. */
  readonly guests?: readonly string[];
  /** Lines of `defaults:`. */
  readonly defaults?: readonly string[];
}

/** The configuration that an operator of this pair would write, equal on both hosts. */
export function pairConfiguration({ guests = ['dc1'], defaults = [] }: PairOptions = {}): string {
  const names = hosts.map(({ name }) => name).join(', ');
  return [
    `libvirtUri: ${flavour.libvirtUri}`,
    'hosts:',
    ...hosts.map(({ name, linkAddress }) => `  ${name}: { address: ${linkAddress} }`),
    ...(defaults.length === 0 ? [] : ['defaults:', ...defaults.map((line) => `  ${line}`)]),
    'guests:',
    ...guests.map((guest) => `  ${guest}: { hosts: [${names}] }`),
    '',
  ].join('\n');
}

/** The configuration of the outer machine: it controls both, they send the data themselves. */
export function outerConfiguration(guests: readonly string[]): string {
  const each = hosts.flatMap(({ name, sshPort, linkAddress }) => [
    `  ${name}:`,
    '    connection: ssh',
    '    address: 127.0.0.1',
    `    port: ${String(sshPort)}`,
    `    identityFile: ${paths.key}`,
    `    knownHostsFile: ${paths.knownHosts}`,
    '    replication:',
    `      address: ${linkAddress}`,
    '      port: 22',
    '      identityFile: /root/.ssh/id_ed25519',
    '      knownHostsFile: /root/.ssh/known_hosts',
  ]);
  const names = hosts.map(({ name }) => name).join(', ');
  const lines = guests.map((guest) => `  ${guest}: { hosts: [${names}] }`);
  return [`libvirtUri: ${flavour.libvirtUri}`, 'hosts:', ...each, 'guests:', ...lines, ''].join(
    '\n',
  );
}

/** xen-backup on one of the hosts. A failing run is a result. */
export async function xenBackup(name: HostName, ...words: readonly string[]): Promise<ExecResult> {
  return lab.host(hostSpec(name).name).exec(['xen-backup', ...words], { timeoutMs: runTimeoutMs });
}
