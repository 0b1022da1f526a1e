import { constants } from 'node:os';
import type { RunContext } from '../app/context.js';
import { CommandTrace, type TracedCommand } from '../composition/command-trace.js';
import { createHurryingClock } from '../composition/hurrying-clock.js';
import { withRunContext } from '../composition/run-context.js';
import { systemClock } from '../composition/system-clock.js';
import { type Configuration, formatDuration, toXenBackupError } from '../core/index.js';
import type { Clock } from '../ports/index.js';
import { createDisplay, type Display, type DisplayKind } from './display.js';
import { type ExitCode, gravest } from './exit-codes.js';
import { type Interruption, listenForInterruption } from './interruption.js';
import type { ProgramContext } from './program-context.js';
import { shellText } from './render/commands-text.js';

export interface SessionRequest {
  readonly configuration: Configuration;
  readonly display: DisplayKind;
  /** `kept`: {@link Session.commands} is filled. */
  readonly commands: 'kept' | 'not-kept';
}

/** One use case at work for the command line. */
export interface Session {
  readonly context: RunContext;
  /** Every command so far, in the order of starting; empty unless they are kept. */
  commands(): readonly TracedCommand[];
  /** Ends the display: what is printed from now on stays. */
  endDisplay(): void;
}

/**
 * Does work on the hosts of a configuration: with a display, logs, signals, and the end of every
 * connection, whatever happens.
 *
 * @param work - returns its exit code; a signal's goes before it.
 */
export async function withSession(
  program: ProgramContext,
  request: SessionRequest,
  work: (session: Session) => Promise<ExitCode>,
): Promise<ExitCode> {
  const interruption = listenForInterruption(program.signals, (message) => {
    program.log.write({ level: 'warning', message });
  });
  try {
    const exitCode = await inSession(program, request, interruption, work);
    return gravest(exitCode, interruption.exitCode ?? exitCode);
  } finally {
    interruption.end();
  }
}

async function inSession(
  program: ProgramContext,
  { configuration, display: kind, commands }: SessionRequest,
  interruption: Interruption,
  work: (session: Session) => Promise<ExitCode>,
): Promise<ExitCode> {
  const simulation = await program.simulation();
  const clock = simulation?.clock ?? createHurryingClock(systemClock, interruption.hurry);
  const isTraced = commands === 'kept' || program.verbosity === 'commands';
  const trace = isTraced ? traceFor(program, clock) : undefined;
  const connector = await program.openHosts(configuration, {
    clock,
    ...(trace === undefined ? {} : { trace }),
  });
  const display = createDisplay(program, kind);
  const { signal } = interruption;
  const { listeners } = display;
  const onListenerError = (error: unknown): void => {
    program.log.write({ level: 'error', message: toXenBackupError(error).message });
  };
  const working = withRunContext(
    { configuration, connector, signal },
    { listeners, onListenerError },
    (context) =>
      work({
        context,
        commands: () => trace?.commands ?? [],
        endDisplay: () => {
          display.stop();
        },
      }),
  );
  try {
    const killed = simulation?.killed.then(() => 'killed' as const);
    const first = await (killed === undefined ? working : Promise.race([working, killed]));
    return first === 'killed' ? simulatedDeath(program, display) : first;
  } finally {
    display.stop();
    await connector.close();
  }
}

/** A scenario has killed xen-backup: whatever still runs of it is a dead man's doing. */
function simulatedDeath({ log, screen }: ProgramContext, display: Display): ExitCode {
  display.stop();
  log.write({
    level: 'warning',
    message: 'xen-backup was killed here by SIGKILL, as the scenario says',
    remedy: 'With --world the hosts stay as they are now: try xen-backup recover on them.',
  });
  screen.silence();
  return 128 + constants.signals.SIGKILL;
}

/** `-vv` tells each command as it ends. */
function traceFor({ log, verbosity }: ProgramContext, clock: Clock): CommandTrace {
  return new CommandTrace(
    clock,
    verbosity === 'commands'
      ? (command) => {
          log.write({ level: 'trace', message: commandText(command), host: command.host });
        }
      : undefined,
  );
}

function commandText(command: TracedCommand): string {
  const { exitCode, durationMs = 0 } = command.ending ?? {};
  const end = exitCode === undefined ? 'did not end by itself' : `exit ${exitCode}`;
  return `${command.host}: ${shellText(command)}  (${end}, ${formatDuration(durationMs)})`;
}
