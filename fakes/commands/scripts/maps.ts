import type { Argv } from '../../../src/ports/index.js';
import { Pipe, pipeOf, readAll } from '../../runner/pipe.js';
import type { Machine } from '../../world/state.js';
import type { CommandOutcome, CommandStreams } from '../types.js';
import type { SimulatedScript } from './types.js';

function infoArgv(name: string): Argv {
  const format = ['-c', '--noheadings', '--separator', ':'];
  return ['dmsetup', 'info', ...format, '-o', 'name,uuid,major,minor,open,attr', name];
}

/** CREATE_MAP_SCRIPT. */
export const createMapScript: SimulatedScript = async (
  machine,
  [, name = '', ...args],
  streams,
) => {
  const table = await readAll(streams.input);
  const created = await child(machine, ['dmsetup', 'create', name, ...args], streams, table);
  if (created.exitCode !== 0) return { ...created, stdout: '' };
  const shown = await child(machine, infoArgv(name), streams);
  return { ...shown, stderr: created.stderr + shown.stderr };
};

/** REMOVE_MAP_SCRIPT. */
export const removeMapScript: SimulatedScript = async (machine, [, name = '', uuid], streams) => {
  const shown = await child(machine, infoArgv(name), streams);
  if (shown.exitCode !== 0) return { ...shown, stdout: '' };
  if (!shown.stdout.startsWith(`${name}:${uuid ?? ''}:`)) return { ...shown, exitCode: 68 };
  const removed = await child(machine, ['dmsetup', 'remove', '--retry', name], streams);
  return { ...removed, stdout: shown.stdout };
};

/** Runs a command to its end, in the session of the shell. */
async function child(
  machine: Machine,
  argv: Argv,
  streams: CommandStreams,
  input = '',
): Promise<CommandOutcome> {
  const stdout = new Pipe();
  const { connected } = streams;
  const pipes = { stdin: pipeOf(input), stdout, connected, session: 'shared' } as const;
  const outcome = await streams.spawn(machine, argv, pipes).ended;
  return { ...outcome, stdout: await readAll(stdout) };
}
