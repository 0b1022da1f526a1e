import { type Command, Option } from 'commander';
import { runReplication, type RunResult } from '../../app/use-cases/run.js';
import type { TracedCommand } from '../../composition/command-trace.js';
import type { ExitCode } from '../exit-codes.js';
import { escapeControls } from '../listeners/ndjson.js';
import type { ProgramContext } from '../program-context.js';
import { commandLines } from '../render/commands-text.js';
import { planDocument } from '../render/plan-json.js';
import { planMermaid } from '../render/plan-mermaid.js';
import { type PlannedGuest, planLines } from '../render/plan-text.js';
import { runCommand } from '../run-command.js';
import { withSession } from '../session.js';
import { renderLines } from '../text/index.js';
import {
  addReplicationOptions,
  replicationOptions,
  type ReplicationWords,
} from './replication-options.js';

/** Options of `plan`, as commander gives them. */
export interface PlanWords extends ReplicationWords {
  readonly commands?: true;
  readonly format: 'text' | 'json' | 'mermaid';
}

/** Adds `plan`. */
export function registerPlanCommand(program: Command, context: ProgramContext): void {
  addReplicationOptions(
    program
      .command('plan')
      .description('show what a run would do; opens and closes the same, copies nothing'),
  )
    .option('--commands', 'show every command of every host too, for a shell')
    .addOption(
      new Option('--format <format>', 'form of the plan')
        .choices(['text', 'json', 'mermaid'])
        .default('text'),
    )
    .action((guests: readonly string[], words: PlanWords) =>
      runCommand(context, () => planGuests(context, guests, words)),
    )
    .addHelpText('after', helpText);
}

const helpText = `
Targets are opened through read-only maps and not changed. Exit code 4: a
conflict was found, such as a standby of another layout.

Examples:
  xen-backup plan dc1
  xen-backup plan dc1 --commands
  xen-backup plan --format json | jq '.guests[].mounts.order'
  xen-backup plan dc1 --format mermaid >plan.mmd
  xen-backup --simulate my-host.yaml plan dc1   debug mount order at a desk`;

/** Plans and prints the plan. */
async function planGuests(
  context: ProgramContext,
  guests: readonly string[],
  words: PlanWords,
): Promise<ExitCode> {
  const { configuration } = await context.readConfiguration();
  const options = replicationOptions(configuration, guests, words);
  const commands = words.commands === true ? 'kept' : 'not-kept';
  return withSession(context, { configuration, display: 'result', commands }, async (session) => {
    const result = await runReplication(session.context, { ...options, mode: 'plan' });
    session.endDisplay();
    const kept = words.commands === true ? session.commands() : undefined;
    context.stdout(planText(context, result, words.format, kept));
    return result.report.exitCode;
  });
}

function planText(
  { colours }: ProgramContext,
  { report, plans }: RunResult,
  format: PlanWords['format'],
  commands: readonly TracedCommand[] | undefined,
): string {
  const guests = report.guests.map((guest): PlannedGuest => {
    const plan = plans.find((candidate) => candidate.guest === guest.guest);
    return { report: guest, ...(plan === undefined ? {} : { plan }) };
  });
  switch (format) {
    case 'json':
      return `${escapeControls(JSON.stringify(planDocument(report, guests, commands), null, 2))}\n`;
    case 'mermaid':
      return planMermaid(plans);
    case 'text': {
      const all = commands === undefined ? [] : ['', ...commandLines(commands)];
      return renderLines([...planLines(guests), ...all], colours);
    }
  }
}
