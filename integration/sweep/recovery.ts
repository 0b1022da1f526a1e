import { comeToRest, loseJournals } from './aftermath.js';
import { live } from './life.js';
import { xenBackup } from './program.js';
import {
  boundariesOf,
  reportOf,
  sweepRunId,
  type Undisturbed,
  undisturbed,
} from './undisturbed.js';
import { Verified } from './verified.js';

/** The death that a recovery cleans up after. */
export interface Death {
  /** For people. */
  readonly name: string;
  /** The last command of this kind is the one after which xen-backup is killed. */
  readonly at: RegExp;
  /** Whether recovery finds the journals, or must do with the stamps. */
  readonly journals: 'kept' | 'lost';
}

/** Deaths that leave much, in different ways. */
export const deaths: readonly Death[] = [
  { name: 'a death while copying', at: /^xen-backup-send/, journals: 'kept' },
  { name: 'a death while copying, journals lost', at: /^xen-backup-send/, journals: 'lost' },
  { name: 'a death while opening', at: /^kpartx -a/, journals: 'kept' },
  { name: 'a death while taking down', at: /^umount/, journals: 'kept' },
];

/**
 * What `recover` does after a run has died when nothing happens to it: the measure of the cases in
 * which something does. `undefined` when the run has no such command.
 */
export async function undisturbedRecovery(
  name: string,
  text: string,
  death: Death,
): Promise<Undisturbed | undefined> {
  const run = await undisturbed(name, text);
  const last = run.boundaries.findLast(({ text: command }) => death.at.test(command));
  if (last === undefined) return undefined;
  const { scenario } = run;
  const simulation = scenario.begin([
    ...scenario.ownFaults,
    {
      name: 'death',
      match: { number: last.number, occurrence: 1 },
      moment: { kind: 'after' },
      effect: { kind: 'die' },
    },
  ]);
  const { configuration } = scenario;
  const life = { command: 'run', simulation, configuration, runId: sweepRunId(1) } as const;
  const { kind } = await live(xenBackup, life);
  if (kind !== 'died') throw new Error(`${name}: it did not die: ${kind}`);
  await comeToRest(simulation);
  const { world } = simulation;
  if (death.journals === 'lost') loseJournals(world, configuration.stateDirectory);
  const dead = scenario.after(world);
  const recovering = dead.begin([]);
  const { exitCode } = await reportOf(dead, recovering, 2, xenBackup, 'recover');
  // A host that is off cannot be looked at, and that is no success.
  const isWhole = [...world.machines.values()].every(({ power }) => power === 'on');
  const expected = isWhole ? 0 : 10;
  return {
    ...run,
    scenario: dead,
    command: 'recover',
    earlierLives: 1,
    journals: death.journals,
    boundaries: boundariesOf(dead, recovering.world),
    runExitCode: exitCode,
    findings: exitCode === expected ? [] : [`recover ends with ${String(exitCode)}`],
    verified: new Verified(),
  };
}
