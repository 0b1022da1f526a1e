import type { Command } from 'commander';
import { runReplication, type RunResult } from '../../app/use-cases/run.js';
import { GuestSurvey } from '../../app/use-cases/survey.js';
import {
  captureScenario,
  type GuestFacts,
  type NamesInCapture,
  type ScenarioDocument,
  XenBackupError,
} from '../../core/index.js';
import { renderYaml } from '../../config/index.js';
import { type ExitCode, exitCodes } from '../exit-codes.js';
import { requireKnownNames } from '../names.js';
import type { ProgramContext } from '../program-context.js';
import { runCommand } from '../run-command.js';
import { withSession } from '../session.js';

/** Options of `capture`, as commander gives them. */
interface CaptureWords {
  readonly output?: string;
  readonly keepNames?: true;
  readonly from?: string;
}

/** Adds `capture`. */
export function registerCaptureCommand(program: Command, context: ProgramContext): void {
  program
    .command('capture')
    .description("write a guest's hosts as a scenario, to look at its plan elsewhere")
    .argument('<guest>', 'a guest of the configuration')
    .option('-o, --output <file>', 'a new file for the scenario (default: stdout)')
    .option('--keep-names', 'keep names of hosts, guest and volumes, addresses, UUIDs')
    .option('--from <host>', 'source of a guest that is shut off everywhere')
    .action((guest: string, words: CaptureWords) =>
      runCommand(context, () => capture(context, guest, words)),
    )
    .addHelpText('after', helpText);
}

const helpText = `
Opens and closes what plan does and changes nothing. plan on the scenario says
what plan says here: trees, order of mounting, transfers, lines left out, drift.

In the file: sizes, partition tables, what blkid and LVM say, and of each line
of fstab what decides about mounting. No file names, no contents, no options
that may be passwords. Names of hosts, guests and host volumes, addresses,
servers and UUIDs are replaced, unless they are to be kept. Labels, mount
points, exclude patterns and the guest's own LVM names stay: they are what the
order comes from. Read the file before you send it.

Exit code 0 also for a conflict, which is in the scenario. Anything else that
goes wrong ends as plan does; nothing is written where the source is not known.

Examples:
  xen-backup capture dc1 --output dc1.yaml
  xen-backup --simulate dc1.yaml plan            at another desk`;

/** Plans, and writes what the plan was made from. */
async function capture(
  context: ProgramContext,
  guest: string,
  words: CaptureWords,
): Promise<ExitCode> {
  const { from, output, keepNames } = words;
  const { configuration } = await context.readConfiguration();
  const hosts = from === undefined ? [] : [from];
  requireKnownNames(configuration, { guests: [guest], hosts });
  const settings = configuration.guests.find(({ name }) => name === guest);
  if (settings === undefined) throw new XenBackupError('guest-unknown', { message: guest });
  const survey = new GuestSurvey(settings);
  const request = { configuration, display: 'result', commands: 'not-kept' } as const;
  return withSession(context, request, async (session) => {
    const result = await runReplication(session.context, {
      mode: 'plan',
      guests: [guest],
      survey,
      ...(from === undefined ? {} : { from }),
    });
    session.endDisplay();
    const facts = survey.facts({ configuration });
    if (!isWorthWriting(facts, result)) return result.report.exitCode;
    const naming: NamesInCapture = keepNames === true ? 'kept' : 'anonymous';
    await write(context, captureScenario(facts, naming), output);
    // A conflict was found: that is what a capture is for.
    const { exitCode } = result.report;
    return exitCode === exitCodes.preflight ? exitCodes.done : exitCode;
  });
}

/** Without disks of the source only a guest that is skipped tells its story: by its states. */
function isWorthWriting({ source }: GuestFacts, { report }: RunResult): boolean {
  const [guest] = report.guests;
  const isDecidedByStates = guest?.outcome === 'skipped' || guest?.code === 'guest-on-two-hosts';
  return report.exitCode <= 128 && (source !== undefined || isDecidedByStates);
}

async function write(
  context: ProgramContext,
  document: ScenarioDocument,
  output: string | undefined,
): Promise<void> {
  const text = renderYaml(document);
  if (output === undefined) {
    context.stdout(text);
    return;
  }
  await context.files.createFile(output, text, 0o600);
  context.log.write({ level: 'info', message: `wrote ${output}` });
}
