import type { CommandOutcome, CommandStreams, SpawnedProcess } from '../commands/types.js';
import { canReach } from '../network/links.js';
import { splitRemoteShell, splitShellWords } from '../network/shell-words.js';
import { connectBySsh, parseSshCall } from '../network/ssh.js';
import { Pipe } from '../runner/pipe.js';
import { addIdleProcess, removeProcess } from '../runner/processes.js';
import type { Machine } from '../world/state.js';
import { lastWords, places } from './complaints.js';
import type { RsyncOptions } from './options.js';
import { type CopySession, openSession, type Receiver } from './session.js';

/** A copy's far side, and the ssh of the near one. */
export interface Connection {
  readonly session: CopySession;
  readonly receiver: Receiver;
  readonly remote: SpawnedProcess;
  /** Ends the near side's ssh. */
  hangUp(): void;
}

/** A destination `[user@]host:path`. */
export interface RemotePlace {
  readonly host: string;
  readonly user: string | undefined;
  readonly path: string;
}

/** Reads a destination, `undefined` for a local path. */
export function parseRemotePlace(text: string): RemotePlace | undefined {
  const match = /^(?:([^@/:]+)@)?(?:\[([^\]]+)\]|([^/:]+)):(.*)$/s.exec(text);
  if (match === null) return undefined;
  const [, user, bracketed, plain = '', path = ''] = match;
  return { host: bracketed ?? plain, user, path: path === '' ? '.' : path };
}

/** Connects to the destination and starts the receiver there; else says how rsync ends. */
export async function connectReceiver(
  machine: Machine,
  place: RemotePlace,
  options: RsyncOptions,
  streams: CommandStreams,
): Promise<Connection | CommandOutcome> {
  const shell = splitRemoteShell(options.remoteShell);
  const user = place.user === undefined ? [] : ['-l', place.user];
  const serverCommand = `${options.rsyncPath} ${serverWords(options).join(' ')} . ${place.path}`;
  const sshArgv = [...shell, ...user, place.host, serverCommand];
  const parent = machine.processes.get(streams.processId);
  const ssh = addIdleProcess(machine, {
    argv: sshArgv,
    ...(parent === undefined ? {} : { parent }),
  });
  const hangUp = (): void => {
    removeProcess(machine, ssh);
  };
  const call = parseSshCall(sshArgv.slice(1));
  const connection = await connectBySsh(machine, call);
  const [tool, ...args] = splitShellWords(serverCommand) ?? [];
  if (connection.kind === 'failed' || tool === undefined) {
    hangUp();
    const text = connection.kind === 'failed' ? connection.text : 'sh: 1: Syntax error\n';
    return brokenOff(connection.kind === 'failed' ? 255 : 2, text);
  }
  const stdin = new Pipe();
  const session = openSession(stdin, machine.name);
  const connected = (): boolean =>
    machine.processes.has(streams.processId) &&
    canReach(machine.world, machine.name, connection.machine.name);
  const pipes = { stdin, stdout: new Pipe(), connected };
  const remote = streams.spawn(connection.machine, [tool, ...args], pipes);
  const first = await firstAnswer(machine, session, remote, options.timeoutSeconds);
  if (first.kind === 'attached') {
    return { session, receiver: first.receiver, remote, hangUp };
  }
  hangUp();
  session.end('sender-gone');
  return first.outcome;
}

/** What the receiving rsync is told; only what it needs for itself is read again. */
function serverWords(options: RsyncOptions): readonly string[] {
  if (options.deviceContents) return deviceServerWords(options);
  const letters = [
    options.dryRun ? 'n' : '',
    options.links ? 'l' : '',
    options.hardLinks ? 'H' : '',
    options.owner ? 'o' : '',
    options.group ? 'g' : '',
    options.devices ? 'D' : '',
    options.times ? 't' : '',
    options.perms ? 'p' : '',
    options.acls ? 'A' : '',
    options.xattrs ? 'X' : '',
    options.recursive ? 'r' : '',
    options.sparse ? 'S' : '',
  ].join('');
  const { timeoutSeconds, bandwidthKiB, maxDeletes, deletion, modifyWindow } = options;
  return [
    '--server',
    `-${letters}e.iLsfxCIvu`,
    ...(timeoutSeconds === 0 ? [] : [`--timeout=${timeoutSeconds}`]),
    ...(bandwidthKiB === 0 ? [] : [`--bwlimit=${bandwidthKiB}`]),
    // As rsync says it: -1 is 0 to every version.
    ...(maxDeletes === undefined ? [] : [`--max-delete=${maxDeletes === 0 ? -1 : maxDeletes}`]),
    ...(deletion === 'none' ? [] : [`--delete-${deletion}`]),
    ...windowWords(modifyWindow),
    ...(options.numericIds ? ['--numeric-ids'] : []),
    ...(options.statistics ? ['--info=STATS2'] : []),
  ];
}

/** Recorded of rsync 3.5.0. */
function deviceServerWords({
  dryRun,
  timeoutSeconds,
  bandwidthKiB,
}: RsyncOptions): readonly string[] {
  return [
    '--server',
    `-${dryRun ? 'n' : ''}Ize.LsfxCIvu`,
    '--compress-level=1',
    `--timeout=${timeoutSeconds}`,
    ...(bandwidthKiB === 0 ? [] : [`--bwlimit=${bandwidthKiB}`]),
    '--fsync',
    '--info=STATS2',
    '--inplace',
    '--write-devices',
  ];
}

/** Recorded of rsync 3.5.0: the negative one goes in its short form. */
function windowWords(seconds: number): readonly string[] {
  if (seconds === 0) return [];
  return [seconds < 0 ? `-@${seconds}` : `--modify-window=${seconds}`];
}

type FirstAnswer =
  | { readonly kind: 'attached'; readonly receiver: Receiver }
  | { readonly kind: 'ended'; readonly outcome: CommandOutcome };

async function firstAnswer(
  machine: Machine,
  session: CopySession,
  remote: SpawnedProcess,
  timeoutSeconds: number,
): Promise<FirstAnswer> {
  let cancel: () => void = () => undefined;
  const late = new Promise<FirstAnswer>((resolve) => {
    if (timeoutSeconds === 0) return;
    cancel = machine.world.clock.schedule(timeoutSeconds * 1000, () => {
      const text = `[sender] io timeout after ${timeoutSeconds} seconds -- exiting\n`;
      const stderr = `${text}${lastWords(30, places.timeout, 'sender')}`;
      resolve({ kind: 'ended', outcome: { exitCode: 30, stdout: '', stderr } });
    });
  });
  try {
    return await Promise.race([
      session.attached.then((receiver) => ({ kind: 'attached', receiver }) as const),
      remote.ended.then(
        ({ exitCode, stderr }) =>
          ({ kind: 'ended', outcome: brokenOff(exitCode, stderr) }) as const,
      ),
      late,
    ]);
  } finally {
    cancel();
  }
}

/** The far command ended before it spoke rsync: codes up to 12 become rsync's own 12. */
function brokenOff(exitCode: number, stderr: string): CommandOutcome {
  const code = exitCode <= 12 ? 12 : exitCode;
  const closed = 'rsync: connection unexpectedly closed (0 bytes received so far) [sender]\n';
  const end = lastWords(code, places.input, 'sender');
  return { exitCode: code, stdout: '', stderr: `${stderr}${closed}${end}` };
}
