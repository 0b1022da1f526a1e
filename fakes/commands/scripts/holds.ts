import type { Argv } from '../../../src/ports/index.js';
import { exists, removeFile } from '../../filesystem/files.js';
import { readHoldFile, uptimeMs, writeHoldFile } from '../../holds/hold-file.js';
import { Pipe, pipeOf, readAll } from '../../runner/pipe.js';
import { signalProcess } from '../../runner/processes.js';
import type { Machine } from '../../world/state.js';
import { type CommandOutcome, type CommandStreams, failed, printed } from '../types.js';
import { isLockFree } from './locks.js';
import type { SimulatedScript } from './types.js';

const timedOutCode = 124;
const virshPatienceMs = 20_000;
const timerPausesMs = [1, 2, 4, 8, 15, 30, 60, 60, 60, 60, 60, 0].map((seconds) => seconds * 1000);

/** HOLD_SCRIPT. */
export const holdScript: SimulatedScript = async (machine, args, streams) => {
  const [, file = '', word = '', about = '', seconds = '0', tool, ...rest] = args;
  if (!exists(machine, file)) return failed(75, '');
  if (!(await lock(machine, file, streams, 10_000))) return failed(76, '');
  if (!exists(machine, file)) return failed(75, '');
  writeHoldFile(machine, file, word, about);
  const argv: Argv = [tool ?? 'true', ...rest];
  const outcome = await runWithin(machine, argv, streams, Number(seconds) * 1000);
  const said = outcome.stdout.trimEnd();
  if (word === 'pause' && said.startsWith('paused')) writeHoldFile(machine, file, 'armed', about);
  return { ...outcome, stdout: `${said}\n` };
};

/** RELEASE_SCRIPT. */
export const releaseScript: SimulatedScript = async (machine, [, ...args], streams) =>
  release(machine, args, streams);

/** TIMER_SCRIPT. */
export const timerScript: SimulatedScript = async (machine, [name, seconds, ...args], streams) => {
  await pass(machine, Number(seconds) * 1000, streams);
  for (const pauseMs of timerPausesMs) {
    const { exitCode } = await release(machine, args, streams);
    if (exitCode === 0) return printed('');
    await pass(machine, pauseMs, streams);
  }
  return { ...printed(''), stderr: `${name}: the guest could not be let go on\n` };
};

/** STOP_TIMER_SCRIPT. */
export const stopTimerScript: SimulatedScript = async (machine, [, name = ''], streams) => {
  const tag = `xen-backup-timer-${name}`;
  for (let turn = 0; turn < 50; turn += 1) {
    const found = [...machine.processes.values()].filter(({ argv }) => argv.includes(tag));
    if (found.length === 0) return printed('');
    for (const process of found) signalProcess(process, 'TERM');
    await machine.world.clock.sleep(100, streams.killed);
  }
  return failed(1, '');
};

async function release(
  machine: Machine,
  [file = '', uri = '', resume = '', thaw = '']: readonly string[],
  streams: CommandStreams,
): Promise<CommandOutcome> {
  const commandsFor = (word: string): string | undefined =>
    word === 'pause' ? resume : word === 'freeze' ? thaw : undefined;
  const virsh = (commands: string): Promise<CommandOutcome> =>
    runWithin(machine, ['virsh', '-c', uri, commands], streams, virshPatienceMs);
  const before = readHoldFile(machine, file);
  if (before === undefined) return printed('not-held\n');
  if (!(await lock(machine, file, streams, 5_000))) {
    const commands = commandsFor(before.word);
    if (commands !== undefined) await virsh(commands);
    return failed(76, '');
  }
  try {
    const held = readHoldFile(machine, file);
    if (held === undefined) return printed('not-held\n');
    const commands = commandsFor(held.word);
    if (commands === undefined) {
      removeFile(machine, file);
      return printed('not-held\n');
    }
    const outcome = await virsh(commands);
    const said = outcome.stdout.trimEnd();
    const isStillPaused = held.word === 'pause' && said.split('\n').at(-1) === 'paused';
    if (outcome.exitCode !== 0 || isStillPaused) {
      const exitCode = outcome.exitCode === 0 ? 77 : outcome.exitCode;
      return { ...outcome, exitCode, stdout: `failed ${held.word}\n${said}\n` };
    }
    const heldMs = uptimeMs(machine) - held.sinceMs;
    removeFile(machine, file);
    return printed(`released ${held.word} ${Math.round(heldMs)}\n${said}\n`);
  } finally {
    unlock(machine, file, streams.processId);
  }
}

/** `flock --timeout`: true when it is ours. */
async function lock(
  machine: Machine,
  path: string,
  { processId, killed }: CommandStreams,
  patienceMs: number,
): Promise<boolean> {
  for (let waitedMs = 0; waitedMs <= patienceMs; waitedMs += 100) {
    if (isLockFree(machine, path, 'exclusive', processId)) {
      machine.fileLocks.push({ path, processId, mode: 'exclusive' });
      return true;
    }
    await machine.world.clock.sleep(100, killed);
  }
  return false;
}

function unlock(machine: Machine, path: string, processId: number): void {
  const index = machine.fileLocks.findIndex(
    (held) => held.path === path && held.processId === processId,
  );
  if (index !== -1) machine.fileLocks.splice(index, 1);
}

/** `$(timeout SECONDS COMMAND)`. */
async function runWithin(
  machine: Machine,
  argv: Argv,
  streams: CommandStreams,
  patienceMs: number,
): Promise<CommandOutcome> {
  const stdout = new Pipe();
  const pipes = { stdin: pipeOf(''), stdout, connected: () => true };
  const child = streams.spawn(machine, argv, pipes);
  const end = (): void => {
    const process = machine.processes.get(child.processId);
    if (process !== undefined) signalProcess(process, 'KILL');
  };
  // The child is of the same session: what ends the script ends it too.
  streams.killed.addEventListener('abort', end);
  const over = new AbortController();
  const late = machine.world.clock.sleep(patienceMs, over.signal).then(
    () => 'late' as const,
    () => 'late' as const,
  );
  const first = await Promise.race([child.ended, late]);
  over.abort(new Error('ended'));
  streams.killed.removeEventListener('abort', end);
  if (first === 'late') {
    end();
    return failed(timedOutCode, '');
  }
  return { ...first, stdout: await readAll(stdout) };
}

/** A sleep for whose sake time does not pass. */
function pass(machine: Machine, durationMs: number, { killed }: CommandStreams): Promise<void> {
  if (durationMs === 0) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const cancel = machine.world.clock.scheduleBackground(durationMs, resolve);
    killed.addEventListener('abort', () => {
      cancel();
      reject(killed.reason instanceof Error ? killed.reason : new Error('killed'));
    });
  });
}
