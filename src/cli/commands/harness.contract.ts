import { Command, CommanderError } from 'commander';
import { Volume } from 'memfs';
import {
  type ConfigurationRequest,
  loadConfiguration,
  nodeConfigurationSource,
} from '../../config/index.js';
import { XenBackupError } from '../../core/index.js';
import type { CliContext } from '../context.js';
import { errorLines } from '../show-error.js';
import { renderLines } from '../text/index.js';

/** What a command line came to. */
export interface Outcome {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface HarnessInit {
  readonly files?: Readonly<Record<string, string>>;
  readonly request?: ConfigurationRequest;
  readonly openConnector?: CliContext['openConnector'];
}

/** A command line in a world of its own: files in memory, hosts as the test says. */
export class CommandHarness {
  readonly volume: Volume;
  readonly #init: HarnessInit;

  constructor(init: HarnessInit = {}) {
    this.volume = Volume.fromJSON({ '/work/.keep': '', ...init.files });
    this.#init = init;
  }

  async run(
    register: (program: Command, context: CliContext) => void,
    ...words: readonly string[]
  ): Promise<Outcome> {
    const output = { exitCode: undefined as number | undefined, stdout: '', stderr: '' };
    const program = new Command('xen-backup').exitOverride().configureOutput({
      writeOut: (text) => (output.stdout += text),
      writeErr: (text) => (output.stderr += text),
    });
    register(program, this.#context(output));
    try {
      await program.parseAsync(words, { from: 'user' });
    } catch (error) {
      if (!(error instanceof CommanderError)) throw error;
      output.exitCode = error.exitCode;
    }
    return output;
  }

  #context(output: { exitCode: number | undefined; stdout: string; stderr: string }): CliContext {
    const { request = {}, openConnector } = this.#init;
    const { promises } = this.volume;
    const source = nodeConfigurationSource({
      workingDirectory: '/work',
      homeDirectory: '/root',
      fileSystem: {
        open: (path, flags) => promises.open(path, flags),
        readdir: async (path) => (await promises.readdir(path)).map(String),
      },
    });
    return {
      stdout: (text) => {
        output.stdout += text;
      },
      stderr: (text) => {
        output.stderr += text;
      },
      colours: 'no-colours',
      reportError: (thrown) => {
        output.stderr += renderLines(errorLines(thrown, 'normal'), 'no-colours');
      },
      files: {
        ...source,
        createFile: async (path, text) => {
          if (this.volume.existsSync(path)) {
            throw new XenBackupError('usage-invalid', { message: `${path} is there already` });
          }
          this.volume.writeFileSync(path, text);
        },
      },
      configurationRequest: () => request,
      readConfiguration: () => loadConfiguration(source, request),
      openConnector:
        openConnector ??
        (() => {
          throw new Error('no host may be asked here');
        }),
      finish: (exitCode) => {
        output.exitCode = exitCode;
      },
    };
  }
}
