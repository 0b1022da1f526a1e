import {
  oldestRsync,
  together,
  tooOldRsyncs,
  type Transfer,
  XenBackupError,
} from '../../core/index.js';
import type { Host } from '../../ports/index.js';

/**
 * Makes sure, before anything is written or copied, that rsync on both hosts can bring over what goes
 * by blocks. Asks nothing where nothing does.
 *
 * @throws `tool-too-old` with the hosts, their versions and the devices.
 */
export async function requireBlockTools(
  hosts: readonly Host[],
  transfers: readonly Transfer[],
): Promise<void> {
  const byBlocks = transfers.filter(({ by }) => by === 'blocks');
  if (byBlocks.length === 0) return;
  const old = tooOldRsyncs(await together(hosts.map(rsyncOf)), 'blocks');
  if (old.length === 0) return;
  const found = old.map(({ host, version }) => `rsync ${version} on ${host}`).join(' and ');
  const where = old.map(({ host }) => host).join(' and ');
  const devices = byBlocks.map(({ position }) => position).join(', ');
  throw new XenBackupError('tool-too-old', {
    message: `${found} cannot copy by blocks, as ${devices} must be`,
    remedy:
      `Install rsync ${oldestRsync.blocks} or newer on ${where}, or leave out what the standby ` +
      'can do without (devices: skip).',
    details: { versions: old.map(({ host, version }) => `${host} ${version}`) },
  });
}

async function rsyncOf({ name, tools }: Host) {
  const [rsync] = await tools.inspect(['rsync']);
  return { host: name, ...(rsync?.version === undefined ? {} : { version: rsync.version }) };
}
