import { access } from 'node:fs/promises';
import { type Comparison, type CompareOptions, compareTrees } from './compare.js';
import { consoleLength, runInGuest, waitForLogin } from './console.js';
import { LabError } from './fail.js';
import { guestSpec } from './guests.js';
import { hosts, type HostName } from './hosts.js';
import type { LabHost } from './host.js';
import { withLock } from './lock.js';
import { areRunning, isPrepared, labHosts, loadAll, stopAll } from './machines.js';
import { paths } from './paths.js';
import { prepare } from './prepare.js';
import { qemuPid } from './qemu/process.js';
import { findResidue, type ResidueItem } from './residue.js';
import { timed } from './say.js';

/** Where `installBundle` puts the program on the hosts. */
const installedProgram = '/usr/local/bin/xen-backup';

function host(name: HostName): LabHost {
  const found = labHosts.find((each) => each.name === name);
  if (found === undefined) throw new LabError(`the lab has no host "${name}"`);
  return found;
}

/** Both hosts run, in whatever state they are; from nothing it builds, boots, saves and loads. */
async function up(): Promise<void> {
  await withLock('up', async () => {
    await prepare();
    if (!(await areRunning())) await timed('back to the prepared state', loadAll);
  });
}

/** Both hosts exactly as they were prepared: guests running, standby disks as seeded. */
async function reset(): Promise<void> {
  await withLock('reset', async () => {
    // Never rebuilt under a user's hands: `up` is where changed sources take effect.
    if (!(await isPrepared())) await prepare();
    await timed('back to the prepared state', loadAll);
  });
}

/** Stops both hosts; what happened on them is forgotten. */
async function down(): Promise<void> {
  await withLock('down', stopAll);
}

/** Puts the program, one file, on both hosts. Node is there already. */
async function installBundle(file: string): Promise<void> {
  await access(file).catch((cause: unknown) => {
    throw new LabError(`${file} is not there`, { remedy: 'npm run bundle', cause });
  });
  await Promise.all(
    labHosts.map(async (each) => {
      await each.copyIn(file, installedProgram);
      await each.must(['chmod', '755', installedProgram]);
    }),
  );
}

/** What differs on both hosts from the prepared state; empty is clean. */
async function residue(): Promise<ResidueItem[]> {
  return await findResidue(labHosts);
}

/**
 * Compares a guest's file systems on its source with the standby's: content, modes, owners, times
 * to the nanosecond, links, attributes, allocation. The folders that the running guest keeps
 * writing to are left out unless `exclude` is given.
 */
async function compareReplica(name: string, options?: CompareOptions): Promise<Comparison> {
  const guest = guestSpec(name);
  const ends = { source: host('dom0a'), standby: host('dom0b') };
  return await compareTrees(guest, ends, options ?? { exclude: guest.volatile });
}

/**
 * Starts a guest on a host from the disks that lie there and gives its console up to the login
 * prompt. Fails when no prompt appears in five minutes.
 */
async function bootStandby(name: string, on: HostName = 'dom0b'): Promise<string> {
  const guest = guestSpec(name);
  const offset = await consoleLength(host(on), name);
  await host(on).must(['virsh', 'start', guest.name]);
  return await waitForLogin(host(on), name, offset);
}

/** Runs a shell command inside a running guest, through its console; gives what it printed. */
async function inGuest(name: string, script: string, on: HostName = 'dom0a'): Promise<string> {
  return await runInGuest(host(on), guestSpec(name).name, script);
}

async function status(): Promise<string> {
  const rows = hosts.map(async (spec) => {
    const pid = await qemuPid(spec);
    const state = pid === undefined ? 'stopped' : `running, process ${pid}`;
    return `${spec.name}: ${state}; 127.0.0.1:${spec.sshPort}; link ${spec.linkAddress}`;
  });
  return `${(await Promise.all(rows)).join('\n')}\nssh -F ${paths.sshConfig} dom0a`;
}

/** The lab, for tests and tools. See README.md in this folder. */
export const lab = {
  host,
  up,
  reset,
  down,
  installBundle,
  compareReplica,
  residue,
  bootStandby,
  inGuest,
  status,
};
