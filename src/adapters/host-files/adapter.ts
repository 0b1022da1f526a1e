import { XenBackupError } from '../../core/errors/index.js';
import type { HostName } from '../../core/model/index.js';
import type {
  Command,
  CommandResult,
  CommandRunner,
  DirectoryEntry,
  HostFiles,
} from '../../ports/index.js';
import { printable } from '../shared/printable.js';
import { commandFailed } from '../shared/result.js';
import {
  appendArgv,
  listArgv,
  makeDirectoryArgv,
  readArgv,
  readBeneathArgv,
  removeDirectoryArgv,
  removeFileArgv,
  writeArgv,
} from './argv.js';
import { parseList, saysAbsent } from './parse.js';

/** Exit codes of the scripts. */
const exit = { incomplete: 65, absent: 66, notRegular: 67 } as const;

/** What the adapter needs of its host. */
export interface HostFilesOptions {
  readonly runner: CommandRunner;
  readonly hostName: HostName;
}

/** Small files of a host, by its own standard tools (coreutils, findutils). */
export function createHostFiles(options: HostFilesOptions): HostFiles {
  return new CommandHostFiles(options.hostName, options.runner);
}

class CommandHostFiles implements HostFiles {
  readonly #host: HostName;
  readonly #runner: CommandRunner;
  /** Directories that were made or found. */
  readonly #made = new Set<string>();

  constructor(host: HostName, runner: CommandRunner) {
    this.#host = host;
    this.#runner = runner;
  }

  async readText(path: string, maxBytes: number): Promise<string | undefined> {
    const result = await this.#runner.run({
      argv: readArgv(path, maxBytes),
      maxOutputBytes: maxBytes + 64 * 1024,
    });
    if (saysAbsent(result)) return undefined;
    return this.#textOf(path, result, maxBytes);
  }

  async writeTextAtomically(path: string, text: string): Promise<void> {
    await this.#send(path, { argv: writeArgv(path, Buffer.byteLength(text)), stdin: text });
  }

  async appendDurably(path: string, text: string): Promise<void> {
    this.#refuseNul(path, text);
    await this.#send(path, { argv: appendArgv(path, Buffer.byteLength(text)), stdin: text });
  }

  async list(path: string): Promise<readonly DirectoryEntry[]> {
    const result = await this.#runner.run({ argv: listArgv(path) });
    if (saysAbsent(result) && result.stdout === '') return [];
    return parseList(this.#success(path, result).stdout);
  }

  async makeDirectory(...paths: readonly string[]): Promise<void> {
    const result = await this.#runner.run({ argv: makeDirectoryArgv(...paths) });
    this.#success(paths.join(', '), result);
    for (const path of paths) this.#made.add(path);
  }

  async ensureDirectory(path: string): Promise<void> {
    if (!this.#made.has(path)) await this.makeDirectory(path);
  }

  async removeFile(path: string): Promise<void> {
    this.#success(path, await this.#runner.run({ argv: removeFileArgv(path) }));
  }

  async removeDirectory(path: string): Promise<void> {
    const result = await this.#runner.run({ argv: removeDirectoryArgv(path) });
    if (!saysAbsent(result)) this.#success(path, result);
  }

  async readTextBeneath(
    root: string,
    relativePath: string,
    maxBytes: number,
  ): Promise<string | undefined> {
    const result = await this.#runner.run({
      argv: readBeneathArgv(root, relativePath, maxBytes),
      maxOutputBytes: maxBytes + 64 * 1024,
    });
    const path = `${root}/${printable(relativePath)}`;
    if (result.exitCode === exit.absent) return undefined;
    if (result.exitCode === exit.notRegular) {
      throw this.#unreadable(path, 'is a symbolic link, beneath one, or not a regular file');
    }
    return this.#textOf(path, result, maxBytes);
  }

  #textOf(path: string, result: CommandResult, maxBytes: number): string {
    const { stdout } = this.#success(path, result);
    // Bytes that are not UTF-8 count three each here: on the safe side.
    if (Buffer.byteLength(stdout) > maxBytes) {
      throw this.#unreadable(path, `is larger than ${maxBytes} bytes`);
    }
    return stdout;
  }

  async #send(path: string, command: Command): Promise<void> {
    const result = await this.#runner.run(command);
    if (result.exitCode === exit.incomplete) {
      throw this.#unreadable(path, 'was not written: the text did not arrive whole');
    }
    this.#success(path, result);
  }

  /** A shell variable cannot hold NUL; nothing that we append contains it. */
  #refuseNul(path: string, text: string): void {
    if (text.includes('\0')) throw this.#unreadable(path, 'cannot be appended to with NUL');
  }

  #success(path: string, result: CommandResult): CommandResult {
    if (result.exitCode === 0) return result;
    const cause = commandFailed(this.#host, result, 'file-unreadable');
    throw new XenBackupError('file-unreadable', {
      message: `${path} on ${this.#host}: ${cause.message}`,
      details: { ...cause.details, path },
    });
  }

  #unreadable(path: string, what: string): XenBackupError {
    return new XenBackupError('file-unreadable', {
      message: `${path} on ${this.#host} ${what}`,
      details: { host: this.#host, path },
    });
  }
}
