import { randomBytes } from 'node:crypto';
import { isXenBackupError, XenBackupError } from '../../core/errors/index.js';
import type { HostName } from '../../core/model/index.js';
import type {
  CommandRunner,
  CopyOptions,
  CopyOutcome,
  CopyRequest,
  FileCopier,
  PeerProbe,
  ReplicationPeer,
} from '../../ports/index.js';
import { printable, resultDetails } from '../shared/index.js';
import { locksDirectory } from '../shared/lock-files.js';
import { copyArgv, probePeerArgv, stopReceiversArgv } from './argv.js';
import { probeOf } from './probe.js';
import { runCopy } from './run-copy.js';

/** Longer than ssh's own limit for connecting. */
const probeTimeoutMs = 60_000;

/** What the adapter needs of its host. */
export interface FileCopierOptions {
  readonly runner: CommandRunner;
  readonly hostName: HostName;
  /** Where lock files lie on targets. Default `/run/xen-backup/locks`. */
  readonly locksDirectory?: string;
}

/**
 * Copies file systems of one host to others, by rsync over the system's OpenSSH; and, where the
 * host is itself a target, ends receivers of others.
 */
export function createFileCopier(options: FileCopierOptions): FileCopier {
  return new RsyncCopier(options);
}

class RsyncCopier implements FileCopier {
  readonly #runner: CommandRunner;
  readonly #host: HostName;
  readonly #locksDirectory: string;

  constructor(options: FileCopierOptions) {
    this.#runner = options.runner;
    this.#host = options.hostName;
    this.#locksDirectory = options.locksDirectory ?? locksDirectory;
  }

  async copy(request: CopyRequest, options: CopyOptions = {}): Promise<CopyOutcome> {
    const tag = request.tag ?? randomBytes(8).toString('hex');
    const argv = copyArgv(request, { tag, locksDirectory: this.#locksDirectory });
    return runCopy(this.#runner, argv, tag, options);
  }

  async stopReceivers(tag: string): Promise<void> {
    const argv = stopReceiversArgv(tag);
    const result = await this.#runner.run({ argv, timeoutMs: 120_000 });
    if (result.exitCode === 0) return;
    const said = printable(`${result.stdout}${result.stderr}`.trim());
    throw new XenBackupError('command-stop-unproven', {
      message: `receivers of copy ${tag} on ${this.#host} could not be proven dead: ${said}`,
      details: resultDetails(this.#host, result),
    });
  }

  async probePeer(peer: ReplicationPeer): Promise<PeerProbe> {
    const argv = probePeerArgv(peer);
    try {
      return probeOf(this.#host, await this.#runner.run({ argv, timeoutMs: probeTimeoutMs }));
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      if (isXenBackupError(error, 'command-not-found')) {
        return { kind: 'tool-missing', exitCode: 127, text };
      }
      if (isXenBackupError(error, 'command-timed-out')) {
        return { kind: 'timeout', exitCode: 124, text };
      }
      throw error;
    }
  }
}
