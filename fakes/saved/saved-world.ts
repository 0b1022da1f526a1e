import { z } from 'zod';
import { XenBackupError } from '../../src/core/errors/index.js';
import type { FaultScript } from '../faults/script.js';
import { releaseDetachedMounts } from '../filesystem/unmounting.js';
import { healLinkLater } from '../network/links.js';
import { removeProcess } from '../runner/processes.js';
import { createWorld } from '../world/create.js';
import type { Machine, World } from '../world/state.js';
import { decodeState, encodeState } from './codec.js';
import { placeMachine, stateOf } from './machine-state.js';

const envelope = z.object({
  savedWorld: z.literal(1),
  startMs: z.number(),
  elapsedMs: z.number(),
  identifiers: z.object({
    random: z.number(),
    counters: z.array(z.tuple([z.string(), z.number()])),
  }),
  writeSequence: z.number(),
  violations: z.array(z.string()),
  cut: z.array(z.string()),
  returns: z.array(z.object({ left: z.string(), right: z.string(), atMs: z.number() })),
  faults: z.record(z.string(), z.tuple([z.number(), z.number()])),
  machines: z.record(z.string(), z.unknown()),
});

/**
 * The whole world as text. Processes are left out: what still runs when nobody is there to see it
 * has ended by the time of the next invocation, and its locks are free.
 */
export function saveWorld(world: World, faults: FaultScript): string {
  for (const machine of world.machines.values()) endProcesses(machine);
  const { clock, identifiers, network } = world;
  const data: z.input<typeof envelope> = {
    savedWorld: 1,
    startMs: clock.now() - clock.elapsedMs(),
    elapsedMs: clock.elapsedMs(),
    identifiers: mutableIdentifiers(identifiers.state()),
    writeSequence: world.writeSequence,
    violations: world.violations,
    cut: [...network.cut],
    returns: network.returns,
    faults: Object.fromEntries(
      Object.entries(faults.counts()).map(([name, [seen, hits]]) => [name, [seen, hits]]),
    ),
    machines: Object.fromEntries(
      [...world.machines.values()].map((machine) => [machine.name, encodeState(stateOf(machine))]),
    ),
  };
  return `${JSON.stringify(data)}\n`;
}

function mutableIdentifiers(state: ReturnType<World['identifiers']['state']>) {
  return {
    random: state.random,
    counters: state.counters.map(([purpose, value]): [string, number] => [purpose, value]),
  };
}

function endProcesses(machine: Machine): void {
  for (const process of [...machine.processes.values()]) removeProcess(machine, process);
  releaseDetachedMounts(machine);
  const lasting = machine.openings.filter(({ by }) => by.kind !== 'process' && by.kind !== 'udev');
  machine.openings.splice(0, machine.openings.length, ...lasting);
}

/**
 * Brings a saved world back, its guests still running.
 *
 * @param file - its path, for messages
 * @throws `scenario-invalid` for a text that is no saved world.
 */
export function restoreWorld(text: string, file: string, faults: FaultScript): World {
  const saved = parse(text, file);
  const { startMs, elapsedMs, identifiers } = saved;
  const world = createWorld({ seed: '', startMs, saved: { elapsedMs, identifiers } });
  world.writeSequence = saved.writeSequence;
  world.violations.push(...saved.violations);
  for (const [name, data] of Object.entries(saved.machines)) restoreMachine(world, name, data);
  for (const pair of saved.cut) world.network.cut.add(pair);
  for (const { left, right, atMs } of saved.returns) {
    healLinkLater(world, left, right, atMs - elapsedMs);
  }
  faults.restoreCounts(saved.faults);
  return world;
}

function parse(text: string, file: string): z.output<typeof envelope> {
  try {
    return envelope.parse(JSON.parse(text));
  } catch (error) {
    throw new XenBackupError('scenario-invalid', {
      message: `${file}: not a saved world; remove the file to begin with the scenario again`,
      cause: error,
    });
  }
}

function restoreMachine(world: World, name: string, data: unknown): void {
  const state = decodeState(data);
  if (typeof state !== 'object' || state === null) throw new TypeError('not a saved machine');
  placeMachine(world, name, state);
}
