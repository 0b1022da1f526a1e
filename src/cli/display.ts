import type { RunEventListener } from '../composition/event-stream.js';
import { createLogListener } from './log/log-listener.js';
import { createLiveDisplay } from './listeners/live.js';
import { createNdjsonListener } from './listeners/ndjson.js';
import { createPlainListener } from './listeners/plain.js';
import type { ProgramContext } from './program-context.js';
import type { OutputStream } from './terminal/index.js';

/**
 * What a command prints while it works. `story`: what happens is its output. `events`: NDJSON is.
 * `result`: only what comes at the end is, so whatever is shown before goes to stderr.
 */
export type DisplayKind = 'story' | 'events' | 'result';

/** The listeners of one run, and their end. */
export interface Display {
  readonly listeners: readonly RunEventListener[];
  /** Leaves the terminal as it should be. */
  stop(): void;
}

/** Chooses what is shown by the streams, the options and the kind of command. */
export function createDisplay(context: ProgramContext, kind: DisplayKind): Display {
  const log = createLogListener(context.log);
  const { screen } = context;
  if (kind === 'events') {
    const events = createNdjsonListener((text) => {
      screen.out(text);
    });
    return { listeners: [events, log], stop: () => undefined };
  }
  const live = liveStream(context, kind);
  if (live !== undefined) return liveDisplay(context, live, log);
  const plain = plainListener(context, kind);
  return { listeners: plain === undefined ? [log] : [plain, log], stop: () => undefined };
}

/**
 * Where live lines go. Details and logs of JSON need lines that stay; so do simulated hosts, where
 * no time passes and everything would be over before it is seen.
 */
function liveStream(
  { screen: { terminal }, verbosity, globals }: ProgramContext,
  kind: 'story' | 'result',
): OutputStream | undefined {
  if (verbosity !== 'normal' || globals.logFormat === 'json') return undefined;
  if (globals.simulate !== undefined) return undefined;
  if (terminal.environment['TERM'] === 'dumb') return undefined;
  const stream = kind === 'story' ? terminal.stdout : terminal.stderr;
  return stream.isTerminal ? stream : undefined;
}

function liveDisplay(
  { screen }: ProgramContext,
  stream: OutputStream,
  log: RunEventListener,
): Display {
  const colours = stream === screen.terminal.stdout ? screen.outColours : screen.errorColours;
  const display = createLiveDisplay({ stream, colours });
  screen.show(display);
  return {
    listeners: [display.listener, log],
    stop: () => {
      display.stop();
      screen.show(undefined);
    },
  };
}

function plainListener(
  { screen, verbosity, globals }: ProgramContext,
  kind: 'story' | 'result',
): RunEventListener | undefined {
  if (verbosity === 'quiet' || globals.logFormat === 'json') return undefined;
  if (kind === 'story') {
    return createPlainListener({
      write: (text) => {
        screen.out(text);
      },
      colours: screen.outColours,
      verbosity,
    });
  }
  // Who asks for details of a plan wants to see it being made; else the plan itself is enough.
  if (verbosity === 'normal') return undefined;
  return createPlainListener({
    write: (text) => {
      screen.error(text);
    },
    colours: screen.errorColours,
    verbosity,
  });
}
