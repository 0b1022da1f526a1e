import type { CopyOptions, CopyOutcome, CopyRequest, FileCopier } from '../../src/ports/index.js';
import { deviceNumberInDecimal } from '../filesystem/mount-table.js';
import { KernelError } from '../filesystem/errno.js';
import { type Location, locate } from '../filesystem/path-walk.js';
import { connectBySsh } from '../network/ssh.js';
import { Copy } from '../rsync/copy.js';
import type { RsyncOptions } from '../rsync/options.js';
import { Side } from '../rsync/side.js';
import { ProcessKilled } from '../runner/processes.js';
import type { Machine } from '../world/state.js';
import { callTo, connectionOutcomes, runSession } from './copy-session.js';

/** Copies from a simulated machine to others, without any command. */
export function simulatedFileCopier(machine: Machine): FileCopier {
  return {
    copy: (request, options = {}) => copy(machine, request, options),
    stopReceivers: async (tag) => {
      for (const process of [...machine.processes.values()]) {
        const isOurs = [...process.environment].some((text) => bears(text, tag));
        if (isOurs) process.killed.abort(new ProcessKilled('TERM'));
      }
    },
    probePeer: async (peer) => {
      const connection = await connectBySsh(machine, callTo(peer));
      if (connection.kind === 'connected') {
        return { kind: 'reachable', bootId: connection.machine.bootId };
      }
      const { reason, text } = connection;
      return { kind: connectionOutcomes[reason], exitCode: 255, text: text.trim() };
    },
  };
}

function bears(environment: string, tag: string): boolean {
  const prefix = `XEN_BACKUP_COPY=${tag}`;
  return environment === prefix || environment.startsWith(`${prefix}-`);
}

function copy(machine: Machine, request: CopyRequest, options: CopyOptions): Promise<CopyOutcome> {
  return runSession(machine, request, options, {
    prove,
    directory: (found) => found,
    work: ({ source, target, peer }, session) =>
      new Copy({
        options: rsyncOptions(request),
        source: new Side(machine, source),
        target: new Side(peer, target),
        ...session,
      }),
  });
}

/** The proven directory, `undefined` when it is another one now. */
function prove(
  machine: Machine,
  { mountPoint, identity }: CopyRequest['source'],
): Location | undefined {
  try {
    const here = locate(machine, mountPoint);
    const isSame =
      deviceNumberInDecimal(here.mount.device) === identity.device &&
      String(here.inode) === identity.inode;
    return isSame ? here : undefined;
  } catch (error) {
    if (error instanceof KernelError) return undefined;
    throw error;
  }
}

function rsyncOptions(request: CopyRequest): RsyncOptions {
  const posix = request.faithfulness === 'posix';
  return {
    recursive: true,
    links: posix,
    perms: posix,
    times: true,
    owner: posix,
    group: posix,
    devices: posix,
    specials: posix,
    hardLinks: posix,
    acls: posix,
    xattrs: posix,
    sparse: posix,
    numericIds: posix,
    checksum: false,
    dryRun: request.pass === 'dry',
    verbose: false,
    modifyWindow: posix ? -1 : 1,
    deletion: 'after',
    maxDeletes: request.maxDeletes,
    excludes: request.excludes,
    timeoutSeconds: Math.ceil(request.stallTimeoutMs / 1000),
    bandwidthKiB: request.bandwidthLimitKiBPerSecond,
    remoteShell: 'ssh',
    rsyncPath: 'rsync',
    progress: false,
    statistics: false,
    deviceContents: false,
  };
}
