import { mkdir, readFile, rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { LabError } from '../fail.js';
import type { HostSpec } from '../hosts.js';
import { outside } from '../outside.js';
import { paths, runFile } from '../paths.js';
import { monitor } from './monitor.js';
import { machineName, qemuCommand, sockets } from './command.js';

/** Starts a host's QEMU in the background; with `load`, from its saved state. */
export async function startQemu(host: HostSpec, options: { load: boolean }): Promise<void> {
  await mkdir(paths.run, { recursive: true });
  await rm(runFile(host.name, 'console.log'), { force: true });
  // Returns when the machine runs: with -loadvm, after its memory is back.
  // Ahead of tests and builds: an emulated host that is starved runs into its own time limits.
  const argv = ['nice', '-n', '-10', ...qemuCommand(host, options)] as const;
  await outside(argv, { timeoutMs: 120_000 });
}

/** The process id of the host's QEMU, if it lives and is really ours. */
export async function qemuPid(host: HostSpec): Promise<number | undefined> {
  try {
    const pid = Number((await readFile(runFile(host.name, 'pid'), 'utf8')).trim());
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8');
    return command.split('\0').includes(machineName(host)) ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** Stops the host's QEMU: asks first, then insists. Returns when the process is gone. */
export async function stopQemu(host: HostSpec): Promise<void> {
  const pid = await qemuPid(host);
  if (pid === undefined) return;
  await monitor(sockets.qmp(host), 'quit', 10_000).catch(() => undefined);
  if (await isGone(pid, 15_000)) return;
  process.kill(pid, 'SIGTERM');
  if (await isGone(pid, 5_000)) return;
  process.kill(pid, 'SIGKILL');
  if (await isGone(pid, 5_000)) return;
  throw new LabError(`QEMU of ${host.name} (process ${pid}) cannot be stopped`);
}

/** Until the very end: giving 2 GiB back takes a while, and only then are its ports free. */
async function isGone(pid: number, timeoutMs: number): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  while (await isAlive(pid)) {
    if (Date.now() >= deadline) return false;
    await sleep(50);
  }
  return true;
}

async function isAlive(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat !== '' && !/\) [ZX] /.test(stat);
}
