import { recoverAll } from '../use-cases/recover.js';
import { ThreeHosts } from './three-hosts.contract.js';

export const journals = '/var/lib/xen-backup/journals';
export const dead = 'dead000000';

/** The process will die at the n-th call of any port. @returns whether it has. */
export function deathAt(
  hosts: ThreeHosts,
  index: number,
  moment: 'before' | 'after',
): () => boolean {
  let calls = 0;
  hosts.world.watchers.push((_, now) => {
    if (now === moment && (calls += 1) === index + 1) hosts.world.die();
  });
  return () => calls > index;
}

/** A run that dies at the n-th call, before or after its effect. @returns whether it came so far. */
export async function dieAt(
  hosts: ThreeHosts,
  index: number,
  moment: 'before' | 'after',
): Promise<boolean> {
  const died = deathAt(hosts, index, moment);
  await hosts.run().catch(() => undefined);
  hosts.world.revive();
  return died();
}

export const recover = (hosts: ThreeHosts) => recoverAll(hosts.world.context(hosts.guests));

/** Objects that a run of another program, or of ours that lives, has on host a. */
export function foreign(hosts: ThreeHosts): string[] {
  const { devices, mounts, rules, files } = hosts.world.host('a');
  const [device] = hosts.world.host('a').devices.logicalVolumes.keys();
  const below: string[] = [];
  const shown = { ...devices.shown('/dev/mapper/vg-dc1--xvda'), below };
  const map = (name: string, uuid: string) =>
    devices.maps.set(name, { ...shown, uuid, readOnly: false });
  map('vg-other', 'LVM-abc');
  map('xen-backup-dead000000-1', 'LVM-not-ours');
  map('xen-backup-dead000000-2', 'XENBACKUP-alive00000-2');
  map('my-xen-backup-dead000000-3', 'XENBACKUP-dead000000-3');
  const volume = devices.logicalVolumes.get(device ?? '');
  if (volume === undefined) throw new Error('host a has no volume');
  devices.logicalVolumes.set('xen-backup-dead000000-4', {
    ...volume,
    name: 'xen-backup-dead000000-4',
    origin: 'dc1-xvda',
    tags: ['xen-backup'],
  });
  devices.logicalVolumes.set('xen-backup-dead000000-5', {
    ...volume,
    name: 'xen-backup-dead000000-5',
    tags: ['xen-backup', 'xen-backup-dead000000'],
  });
  rules.add('/run/udev/rules.d/56-other.rules');
  mounts.directories.add('/run/xen-backup/locks');
  files.set(`${journals}/README`, 'not a journal');
  return [...devices.maps.keys(), 'xen-backup-dead000000-4', 'xen-backup-dead000000-5'];
}

/** A run that died with everything open. */
export async function interrupted(): Promise<ThreeHosts> {
  const hosts = new ThreeHosts();
  hosts.world.host('a').mounts.onCopy = () => {
    hosts.world.die();
    return { kind: 'failed', exitCode: 1, text: '' };
  };
  await hosts.run().catch(() => undefined);
  hosts.world.revive();
  if (hosts.traces.length <= 20) throw new Error('the run had next to nothing open');
  return hosts;
}
