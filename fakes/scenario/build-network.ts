import { FileContent } from '../filesystem/content.js';
import { writeFile } from '../filesystem/files.js';
import type { ControlTrust } from '../network/control-login.js';
import { cutLink } from '../network/links.js';
import { outside } from '../network/types.js';
import type { Machine, World } from '../world/state.js';
import type { ScenarioInput } from './schema.js';

type Links = readonly { readonly from: string; readonly to: string }[];

/** Gives every host its key, and everybody trust in everybody, but where the scenario says no. */
export function buildNetwork(world: World, ssh: ScenarioInput['ssh'] = {}): void {
  const machines = [...world.machines.values()];
  for (const machine of machines) machine.ssh.hostKey = `ssh-ed25519 ${newKey(world)}`;
  for (const from of machines) {
    const lines = machines.flatMap((to) => knownHostsLine(world, from, to, ssh));
    writeFile(from, '/root/.ssh/known_hosts', FileContent.fromText(lines.join('')), {
      mode: 0o600,
    });
  }
  for (const to of machines) {
    for (const from of [...machines.map(({ name }) => name), outside]) {
      if (!has(ssh.unauthorized, from, to.name)) to.ssh.authorized.add(from);
    }
  }
  for (const { from, to } of ssh.cut ?? []) cutLink(world, from, to);
}

/** What the known_hosts say of the place that xen-backup runs on. */
export function controlTrust(
  ssh: ScenarioInput['ssh'] = {},
  runOn: string = outside,
): ControlTrust {
  const toward = (links: Links | undefined): ReadonlySet<string> =>
    new Set((links ?? []).filter(({ from }) => from === runOn).map(({ to }) => to));
  return { unknown: toward(ssh.unknownKeys), changed: toward(ssh.changedKeys) };
}

function knownHostsLine(
  world: World,
  from: Machine,
  to: Machine,
  ssh: NonNullable<ScenarioInput['ssh']>,
): readonly string[] {
  if (has(ssh.unknownKeys, from.name, to.name)) return [];
  const key = has(ssh.changedKeys, from.name, to.name)
    ? `ssh-ed25519 ${newKey(world)}`
    : to.ssh.hostKey;
  return [`${to.addresses.join(',')} ${key}\n`];
}

function has(links: Links | undefined, from: string, to: string): boolean {
  return links?.some((link) => link.from === from && link.to === to) ?? false;
}

function newKey(world: World): string {
  return Buffer.from(world.identifiers.hex(64), 'hex').toString('base64');
}
