import { type CommandOutcome, type CommandStreams, failed, printed } from '../commands/types.js';
import { deviceThere } from '../block/copy-blocks.js';
import { KernelError } from '../filesystem/errno.js';
import { locate, rootLocation } from '../filesystem/path-walk.js';
import { watchLink, whenReachable } from '../network/links.js';
import { tcpKeepAliveMs } from '../network/types.js';
import { ProcessKilled, workingDirectoryOf } from '../runner/processes.js';
import type { Machine } from '../world/state.js';
import { lastWords, places, systemError } from './complaints.js';
import type { RsyncCall } from './options.js';
import { type CopySession, sessionBehind } from './session.js';

type ServerCall = Extract<RsyncCall, { readonly kind: 'server' }>;

/**
 * `rsync --server ... . PATH`: the receiving side. The work on its files is done with the
 * sender's; here it only lives, in its directory, and notices how the other side fares.
 */
export async function serveRsync(
  machine: Machine,
  path: string,
  { timeoutSeconds, deviceContents }: Pick<ServerCall, 'timeoutSeconds' | 'deviceContents'>,
  streams: CommandStreams,
): Promise<CommandOutcome> {
  const session = sessionBehind(streams.input);
  const process = machine.processes.get(streams.processId);
  if (session === undefined || process === undefined) {
    return failed(12, lastWords(12, places.input, 'receiver'));
  }
  const start = workingDirectoryOf(process) ?? rootLocation(machine);
  const device = deviceContents ? deviceThere(machine, path) : undefined;
  if (device !== undefined) {
    session.attach({ machine, root: start, device });
    return live(machine, session, timeoutSeconds, streams);
  }
  try {
    const root = locate(machine, path, 'follow', start);
    session.attach({ machine, root: path === '.' ? start : root });
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    const what = systemError('receiver', `change_dir#3 "${path}" failed`, error);
    return failed(11, `${what}${lastWords(11, 'main.c(829)', 'receiver')}`);
  }
  return live(machine, session, timeoutSeconds, streams);
}

async function live(
  machine: Machine,
  session: CopySession,
  timeoutSeconds: number,
  streams: CommandStreams,
): Promise<CommandOutcome> {
  const end = await Promise.race([
    heardEnd(machine, session, timeoutSeconds),
    killedEnd(session, streams.killed),
  ]);
  // What was killed hard tidies nothing up, whatever it would have heard.
  if (end === 'done' || (session.loss?.kind === 'signal' && session.loss.signal === 'KILL')) {
    return printed('');
  }
  if (end === 'timeout') session.loss ??= { kind: 'timeout' };
  session.cleanUp();
  if (end === 'signal') return failed(20, lastWords(20, places.signalInGenerator, 'generator'));
  const code = end === 'timeout' ? 30 : 12;
  return failed(
    code,
    lastWords(code, end === 'timeout' ? places.timeout : places.input, 'receiver'),
  );
}

/** The end of the session, when it can be heard; else the end of this side's patience. */
async function heardEnd(
  machine: Machine,
  session: CopySession,
  timeoutSeconds: number,
): Promise<'done' | 'gone' | 'timeout'> {
  const { world } = machine;
  const patienceMs = timeoutSeconds === 0 ? tcpKeepAliveMs : timeoutSeconds * 1000;
  const watch = watchLink(world, session.source, machine.name, patienceMs, 'theirs');
  // What the sender's kernel has to say arrives as soon as packets pass again.
  const back = session.ended.then(async (end) => {
    const link = whenReachable(world, session.source, machine.name);
    await link.reachable;
    return end === 'done' ? ('done' as const) : ('gone' as const);
  });
  try {
    return await Promise.race([back, watch.silent.then(() => 'timeout' as const)]);
  } finally {
    watch.stop();
  }
}

function killedEnd(session: CopySession, killed: AbortSignal): Promise<'signal'> {
  return new Promise((resolve) => {
    const end = (): void => {
      const signal = killed.reason instanceof ProcessKilled ? killed.reason.signal : 'KILL';
      session.loss = { kind: 'signal', signal };
      // After SIGKILL nothing is tidied up.
      if (signal !== 'KILL') resolve('signal');
    };
    if (killed.aborted) end();
    else killed.addEventListener('abort', end, { once: true });
  });
}
