import type { GuestName } from '../../../core/model/index.js';
import type { Argv, HoldRequest, ReleaseTimer } from '../../../ports/index.js';
import { quoteArgument } from '../../shared/quote.js';
import { requireArgument } from '../../shared/index.js';
import { type DomainCommand, domainArgv } from '../argv.js';
import { HOLD_SCRIPT, RELEASE_SCRIPT, STOP_TIMER_SCRIPT, TIMER_SCRIPT } from '../scripts.js';

/** Where and how a guest is let go on. */
export interface ReleasePlace {
  /** The file that says what is held. */
  readonly file: string;
  readonly libvirtUri: string;
  readonly guest: GuestName;
}

/** Says whether systemd runs this host: the test that sd_booted(3) documents. */
export function systemdRunsArgv(): Argv {
  return ['test', '-d', '/run/systemd/system'];
}

/** `$0` of a timer's script, by which a process is found again. */
function timerTag(name: string): string {
  return `xen-backup-timer-${name}`;
}

/**
 * Starts a timer. As a unit of systemd it lives in nobody's session; the default accuracy of a
 * timer would be a minute. As a process it is the leader of a session of its own.
 */
export function armArgv({ name, timer, limitMs }: ReleaseTimer, place: ReleasePlace): Argv {
  const seconds = String(Math.ceil(limitMs / 1000));
  const release = releaseArguments(place);
  if (timer === 'setsid') {
    const script = ['sh', '-c', TIMER_SCRIPT, timerTag(name), seconds] as const;
    return ['setsid', '--fork', ...script, ...release];
  }
  const unit = [`--unit=${name}`, `--on-active=${seconds}s`, '--timer-property=AccuracySec=100ms'];
  const script = ['sh', '-c', TIMER_SCRIPT, timerTag(name), '0', ...release];
  return ['systemd-run', ...unit, '--', ...script.map(inUnit)];
}

/** systemd expands variables in a unit's command line; two dollars stand for one. */
export function inUnit(word: string): string {
  return word.replaceAll('$', () => '$$');
}

/** Stops the timer, and what it may have begun. */
export function stopUnitsArgv(name: string): Argv {
  return ['systemctl', 'stop', `${name}.timer`, `${name}.service`];
}

/** As {@link stopUnitsArgv}, where the timer is a process. */
export function stopTimerArgv(name: string): Argv {
  return ['sh', '-c', STOP_TIMER_SCRIPT, 'xen-backup-stop-timer', name];
}

/** @param about - what the second line of the file says. */
export function holdArgv(
  { guest, by }: Pick<HoldRequest, 'guest' | 'by'>,
  { file, libvirtUri }: ReleasePlace,
  about: string,
  seconds: number,
): Argv {
  const commands =
    by === 'pause' ? commandStrings(guest, pauseCommands) : commandString('domfsfreeze', guest);
  return [...holdScript(file, by, about, seconds), ...virshArgv(libvirtUri, commands)];
}

/** Makes the file say again that nothing is held. */
export function unholdArgv({ file }: ReleasePlace, about: string): Argv {
  return [...holdScript(file, 'armed', about, 10), 'true'];
}

function holdScript(file: string, word: string, about: string, seconds: number) {
  const script = ['sh', '-c', HOLD_SCRIPT, 'xen-backup-hold'] as const;
  return [...script, file, word, about, String(seconds)] as const;
}

/** Releases now. */
export function releaseArgv(place: ReleasePlace): Argv {
  return ['sh', '-c', RELEASE_SCRIPT, 'xen-backup-release', ...releaseArguments(place)];
}

function releaseArguments({ file, libvirtUri, guest }: ReleasePlace): readonly string[] {
  return [
    file,
    requireArgument('libvirt URI', libvirtUri),
    commandStrings(guest, resumeCommands),
    commandString('domfsthaw', guest),
  ];
}

// The state before tells whether it is ours to change; the state after, whether that succeeded.
const pauseCommands = ['domstate', 'suspend', 'domstate'] as const;
const resumeCommands = ['domstate', 'resume', 'domstate'] as const;

/**
 * Several commands over one connection (it costs more than they do, and the shorter the way from
 * a question to the deed, the better): virsh takes them as one argument, with the shell's quotes.
 */
function virshArgv(libvirtUri: string, commands: string): Argv {
  return ['virsh', '-c', requireArgument('libvirt URI', libvirtUri), commands];
}

function commandStrings(guest: GuestName, commands: readonly DomainCommand[]): string {
  return commands.map((command) => commandString(command, guest)).join('; ');
}

/** @throws `usage-invalid` as `domainArgv`. */
function commandString(command: DomainCommand, guest: GuestName): string {
  const [, , , ...words] = domainArgv('any', command, guest);
  return words.map(inVirshQuotes).join(' ');
}

/** Within single quotes virsh takes everything as it is, as a shell does. */
function inVirshQuotes(word: string, index: number): string {
  return index === 0 || word === '--' ? word : quoteArgument(word);
}
