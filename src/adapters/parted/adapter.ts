import type { HostName, PartitionTable } from '../../core/model/index.js';
import type { CommandResult, CommandRunner, PartitionTableReader } from '../../ports/index.js';
import { commandFailed, expectQuietSuccess, parseOutput } from '../shared/index.js';
import { printTableArgv } from './argv.js';
import { parseJsonTable, parseMachineTable } from './parse.js';

/** What the adapter needs of its host. */
export interface PartitionTableReaderOptions {
  readonly runner: CommandRunner;
  readonly hostName: HostName;
}

/** Reads partition tables of a host with parted. */
export function createPartitionTableReader(
  options: PartitionTableReaderOptions,
): PartitionTableReader {
  return new PartedTableReader(options);
}

/** What parted says beside a table that can be trusted. */
const harmless: readonly RegExp[] = [
  // The disk has grown since: the table describes its old size, and stays what the guest uses.
  /^Warning: Not all of the space available to \S+ appears to be used, you can fix the GPT/,
  // In the C locale a name with other letters is left out; blkid reports it.
  /^Warning: failed to translate partition name$/,
];

class PartedTableReader implements PartitionTableReader {
  readonly #runner: CommandRunner;
  readonly #host: HostName;
  /** Whether this host's parted knows `-j`; unknown before the first call. */
  #format: 'json' | 'machine' = 'json';

  constructor({ runner, hostName }: PartitionTableReaderOptions) {
    this.#runner = runner;
    this.#host = hostName;
  }

  async readTable(device: string): Promise<PartitionTable> {
    const result = await this.#print(device);
    if (result.exitCode !== 0) throw this.#failure(result);
    expectQuietSuccess(this.#host, result, harmless);
    const parse = this.#format === 'json' ? parseJsonTable : parseMachineTable;
    return parseOutput(this.#host, result, parse);
  }

  async #print(device: string): Promise<CommandResult> {
    const result = await this.#runner.run({ argv: printTableArgv(device, this.#format) });
    const tooOld = result.exitCode === 1 && /invalid option -- '?j'?/.test(result.stderr);
    if (this.#format === 'machine' || !tooOld) return result;
    this.#format = 'machine';
    return this.#runner.run({ argv: printTableArgv(device, 'machine') });
  }

  #failure(result: CommandResult) {
    if (/Could not stat device .* No such file or directory/.test(result.stderr)) {
      return commandFailed(this.#host, result, 'device-not-found');
    }
    // parted says "unrecognised disk label" of a blank device and of a physical volume alike.
    const answered = result.exitCode === 1 && result.stdout.trim() !== '';
    return commandFailed(this.#host, result, answered ? 'output-unexpected' : 'command-failed');
  }
}
