import { access, copyFile, mkdir, rm } from 'node:fs/promises';
import { LabError } from './fail.js';
import { hosts, type HostSpec } from './hosts.js';
import { LabHost } from './host.js';
import { outside } from './outside.js';
import { baseImage, diskRoles, paths, preparedOverlay, runOverlay } from './paths.js';
import { snapshotName, sockets } from './qemu/command.js';
import { monitor } from './qemu/monitor.js';
import { qemuPid, startQemu, stopQemu } from './qemu/process.js';
import { say } from './say.js';
import { waitFor } from './wait.js';

export const labHosts: readonly LabHost[] = hosts.map((spec) => new LabHost(spec));

/** Boots both hosts from their images, with fresh overlays. Ends when both answer. */
export async function bootFresh(): Promise<void> {
  await stopAll();
  await mkdir(paths.run, { recursive: true, mode: 0o700 });
  for (const { name } of hosts) {
    for (const role of diskRoles) {
      await rm(runOverlay(name, role), { force: true });
      const backing = ['-F', 'raw', '-b', baseImage(name, role)];
      await outside([
        'qemu-img',
        'create',
        '-q',
        '-f',
        'qcow2',
        ...backing,
        runOverlay(name, role),
      ]);
    }
  }
  await Promise.all(hosts.map((host) => startQemu(host, { load: false })));
  await Promise.all(labHosts.map((host) => answers(host, 900_000)));
}

/** Saves both running machines, memory and disks, and stops them. */
export async function saveAll(): Promise<void> {
  await Promise.all(labHosts.map((host) => host.must(['sync'])));
  await Promise.all(labHosts.map((host) => host.forget()));
  await Promise.all(hosts.map(save));
  await stopAll();
  await rm(paths.prepared, { recursive: true, force: true });
  await mkdir(paths.prepared, { recursive: true, mode: 0o700 });
  for (const { name } of hosts) {
    for (const role of diskRoles) {
      await copyFile(runOverlay(name, role), preparedOverlay(name, role));
    }
  }
}

async function save(host: HostSpec): Promise<void> {
  const answer = await monitor(sockets.qmp(host), `savevm ${snapshotName}`);
  if (answer !== '') throw new LabError(`${host.name} cannot be saved: ${answer}`);
}

/**
 * Brings both hosts to their saved state: new QEMU processes (inside a running one Xen stalls for
 * minutes) on fresh copies of the saved overlays, so nothing that happened since can stay.
 */
export async function loadAll(): Promise<void> {
  try {
    await loadOnce();
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    // Seen once in dozens: a QEMU that is gone right after loading. The next one is a new one.
    say(`loading failed (${error.message}); once more`);
    await loadOnce();
  }
}

async function loadOnce(): Promise<void> {
  await stopAll();
  await mkdir(paths.run, { recursive: true, mode: 0o700 });
  await Promise.all(
    hosts.flatMap(({ name }) =>
      diskRoles.map((role) => copyFile(preparedOverlay(name, role), runOverlay(name, role))),
    ),
  );
  await Promise.all(hosts.map((host) => startQemu(host, { load: true })));
  await Promise.all(labHosts.map((host) => answers(host, 300_000)));
  await Promise.all(labHosts.map(setClock));
}

/** The hosts woke up at the time they were saved. */
async function setClock(host: LabHost): Promise<void> {
  await host.must(['date', '-u', '-s', `@${(Date.now() / 1000).toFixed(3)}`]);
}

export async function stopAll(): Promise<void> {
  await Promise.all(labHosts.map((host) => host.forget()));
  await Promise.all(hosts.map(stopQemu));
}

export async function isPrepared(): Promise<boolean> {
  const wanted = hosts.flatMap(({ name }) => diskRoles.map((role) => preparedOverlay(name, role)));
  const there = await Promise.all([...wanted, paths.baseline].map(exists));
  return there.every(Boolean);
}

export async function areRunning(): Promise<boolean> {
  const pids = await Promise.all(hosts.map(qemuPid));
  return pids.every((pid) => pid !== undefined);
}

async function exists(file: string): Promise<boolean> {
  return await access(file).then(
    () => true,
    () => false,
  );
}

async function answers(host: LabHost, timeoutMs: number): Promise<void> {
  await waitFor(
    `${host.name} answers`,
    async () => {
      if ((await qemuPid(host.spec)) === undefined) {
        throw new LabError(`QEMU of ${host.name} ended`, {
          remedy: `read ${paths.run}/${host.name}.console.log`,
        });
      }
      const result = await host.exec(['true'], { timeoutMs: 40_000 }).catch(() => undefined);
      return result?.exitCode === 0 ? true : undefined;
    },
    { timeoutMs, everyMs: 500 },
  );
}
