import { type Command, InvalidArgumentError } from 'commander';
import { runReplication } from '../../app/use-cases/run.js';
import { readDuration } from '../../config/index.js';
import type { ExitCode } from '../exit-codes.js';
import type { ProgramContext } from '../program-context.js';
import { reportLines } from '../render/report-text.js';
import { runCommand } from '../run-command.js';
import { withSession } from '../session.js';
import { renderLines } from '../text/index.js';
import {
  addReplicationOptions,
  replicationOptions,
  type ReplicationWords,
} from './replication-options.js';

/** Options of `run`, as commander gives them. */
export interface RunWords extends ReplicationWords {
  readonly dryRun?: true;
  readonly wait?: number;
  readonly json?: true;
  readonly allowDeletes?: true;
  readonly discardStandbyChanges?: string;
}

/** Adds `run`. */
export function registerRunCommand(program: Command, context: ProgramContext): void {
  addReplicationOptions(
    program.command('run').description('replicate guests to their other hosts: the main job'),
  )
    .option('--dry-run', 'count files, bytes and deletions; change nothing')
    .option('--allow-deletes', 'lift maxDeletes for this run; emptying a file system stays refused')
    .option(
      '--discard-standby-changes <guest>',
      "overwrite this guest's standbys though they were used, or hold newer data",
    )
    .option('--wait <duration>', 'wait this long for guests that are busy (default: 0)', parseWait)
    .option('--json', 'print each event as a line of JSON; the last one is the report')
    .action((guests: readonly string[], words: RunWords) =>
      runCommand(context, () => runGuests(context, guests, words)),
    )
    .addHelpText('after', helpText);
}

const helpText = `
Exit codes: 0 done, also when guests were skipped for a stated reason;
2 usage or configuration; 3 every guest was busy; 10 something failed;
128+N ended by signal N, after everything was taken down.

Examples:
  xen-backup run                     every guest that runs on this host
                                     (on a third machine: every guest)
  xen-backup run dc1 mail --jobs 2   these two, at the same time
  xen-backup run dc1 --target dom0b  to one of its hosts only
  xen-backup run --dry-run           what would be copied and deleted
  xen-backup -q run                  for cron: problems only
  xen-backup run --wait 10m          for timers that may overlap
  xen-backup run dc1 --allow-deletes a large clean-up in dc1 may be replicated
  xen-backup run dc1 --from dom0a    dc1 is shut off everywhere, and the
                                     records prove dom0a newest`;

function parseWait(text: string): number {
  const reading = readDuration(text);
  if (reading.kind === 'value') return reading.value;
  throw new InvalidArgumentError('It is a duration with its unit, such as 90s or 1h, or 0.');
}

/** Replicates guests and prints what came of it. */
async function runGuests(
  context: ProgramContext,
  guests: readonly string[],
  words: RunWords,
): Promise<ExitCode> {
  const { configuration } = await context.readConfiguration();
  const options = replicationOptions(configuration, guests, words);
  const display = words.json === true ? 'events' : 'story';
  const mode = words.dryRun === true ? 'dry-run' : 'run';
  const deletions = words.allowDeletes === true ? 'allowed' : 'limited';
  const { discardStandbyChanges } = words;
  const discard = discardStandbyChanges === undefined ? {} : { discardStandbyChanges };
  const exitCode = await withSession(
    context,
    { configuration, display, commands: 'not-kept' },
    async (session) => {
      const { report } = await runReplication(session.context, {
        ...options,
        ...discard,
        ...(words.wait === undefined ? {} : { waitMs: words.wait }),
        mode,
        deletions,
      });
      session.endDisplay();
      if (display === 'story' && context.verbosity !== 'quiet') {
        context.stdout(renderLines(['', ...reportLines(report)], context.colours));
      }
      return report.exitCode;
    },
  );
  if (mode === 'run' && exitCode < 128) {
    // A scenario's faults are there to be met.
    (await context.simulation())?.requireAllFaultsUsed();
  }
  return exitCode;
}
