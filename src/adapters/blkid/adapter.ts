import type { HostName } from '../../core/model/index.js';
import type { CommandRunner, ContentProbe, ProbedDevice } from '../../ports/index.js';
import { commandFailed, expectQuietSuccess, parseOutput } from '../shared/index.js';
import { probeArgv, sizeArgv } from './argv.js';
import { parseProbe, parseSize } from './parse.js';

/** What the adapter needs of its host. */
export interface ContentProbeOptions {
  readonly runner: CommandRunner;
  readonly hostName: HostName;
}

/** Probes the content of a host's devices with blkid. */
export function createContentProbe(options: ContentProbeOptions): ContentProbe {
  return new BlkidContentProbe(options);
}

class BlkidContentProbe implements ContentProbe {
  readonly #runner: CommandRunner;
  readonly #host: HostName;

  constructor({ runner, hostName }: ContentProbeOptions) {
    this.#runner = runner;
    this.#host = hostName;
  }

  async probe(device: string): Promise<ProbedDevice> {
    const result = await this.#runner.run({ argv: probeArgv(device) });
    if (result.exitCode === 2 && result.stdout === '' && result.stderr.trim() === '') {
      // blkid says the very same, nothing at all, of a device that does not exist.
      await this.sizeBytes(device);
      return { content: { kind: 'blank' } };
    }
    if (result.exitCode === 8) throw commandFailed(this.#host, result, 'output-unexpected');
    expectQuietSuccess(this.#host, result);
    return parseOutput(this.#host, result, parseProbe);
  }

  async sizeBytes(device: string): Promise<number> {
    const result = await this.#runner.run({ argv: sizeArgv(device) });
    if (result.exitCode !== 0) {
      const absent = /No such file or directory/.test(result.stderr);
      throw commandFailed(this.#host, result, absent ? 'device-not-found' : 'command-failed');
    }
    return parseOutput(this.#host, expectQuietSuccess(this.#host, result), parseSize);
  }
}
