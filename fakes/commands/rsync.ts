import { deviceThere } from '../block/copy-blocks.js';
import { KernelError } from '../filesystem/errno.js';
import { type Location, locate, rootLocation } from '../filesystem/path-walk.js';
import { lastWords, places, systemError } from '../rsync/complaints.js';
import { connectReceiver, parseRemotePlace } from '../rsync/connect.js';
import { Copy } from '../rsync/copy.js';
import { DeviceCopy } from '../rsync/device-copy.js';
import { parseRsyncCall, type RsyncCall } from '../rsync/options.js';
import { serveRsync } from '../rsync/server.js';
import { Side } from '../rsync/side.js';
import { workingDirectoryOf } from '../runner/processes.js';
import type { Machine } from '../world/state.js';
import {
  type CommandOutcome,
  type CommandStreams,
  type CommandTable,
  failed,
  notSimulated,
  printed,
  type StreamingCommand,
} from './types.js';

const rsync: StreamingCommand = async (machine, argv, streams) => {
  const call = parseRsyncCall(argv.slice(1));
  if (call.kind === 'version') return printed(versionText(machine));
  if (call.kind === 'usage') {
    return failed(1, `rsync: ${call.message}\n${lastWords(1, 'main.c(1795)', 'sender')}`);
  }
  if (call.kind === 'server') {
    return serveRsync(machine, argv.at(-1) ?? '.', call, streams);
  }
  const { options, destination } = call;
  const [path, ...others] = call.sources;
  if (path === undefined || others.length > 0) return notSimulated(argv);
  if (options.deviceContents) return copyDeviceContents(machine, call, path, streams);
  const process = machine.processes.get(streams.processId);
  const here = (process && workingDirectoryOf(process)) ?? rootLocation(machine);
  const source = directoryAt(machine, path, here);
  if (source instanceof KernelError) {
    const what = systemError('sender', `change_dir "${path}" failed`, source);
    return failed(23, `${what}${lastWords(23, places.end, 'sender')}`);
  }
  const sides = { options, source: new Side(machine, source), streams };
  const place = parseRemotePlace(destination);
  if (place === undefined) {
    const target = directoryAt(machine, destination, here);
    if (target instanceof KernelError) return notSimulated(argv);
    return new Copy({ ...sides, target: new Side(machine, target) }).run();
  }
  const connection = await connectReceiver(machine, place, options, streams);
  if ('exitCode' in connection) return connection;
  const { receiver } = connection;
  return new Copy({
    ...sides,
    target: new Side(receiver.machine, receiver.root),
    connection,
  }).run();
};

/** `--copy-devices --write-devices`: one device onto another, both by their own nodes. */
async function copyDeviceContents(
  machine: Machine,
  { options, destination }: Extract<RsyncCall, { readonly kind: 'copy' }>,
  path: string,
  streams: CommandStreams,
): Promise<CommandOutcome> {
  const source = deviceThere(machine, path);
  const place = parseRemotePlace(destination);
  if (source === undefined || place === undefined)
    return notSimulated(['rsync', path, destination]);
  const connection = await connectReceiver(machine, place, options, streams);
  if ('exitCode' in connection) return connection;
  const target = connection.receiver.device;
  if (target === undefined) return notSimulated(['rsync', path, destination]);
  return new DeviceCopy({ options, source, target, connection, streams }).run();
}

/** `.` is the working directory itself, whatever has happened to its path. */
function directoryAt(machine: Machine, path: string, here: Location): Location | KernelError {
  if (path === '.') return here;
  try {
    return locate(machine, path, 'follow', here);
  } catch (error) {
    if (error instanceof KernelError) return error;
    throw error;
  }
}

function versionText(machine: Machine): string {
  const version = machine.tools.get('rsync')?.version ?? '';
  return [
    `rsync  version ${version}  protocol version 32`,
    'Copyright (C) 1996-2026 by Andrew Tridgell, Wayne Davison, and others.',
    'Web site: https://rsync.samba.org/',
    '',
  ].join('\n');
}

export const rsyncCommands: CommandTable = { rsync: { kind: 'streaming', run: rsync } };
