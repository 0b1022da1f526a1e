import { readFileSync } from 'node:fs';
import { Volume } from 'memfs';
import { nodeConfigurationSource } from '../../src/config/index.js';
import type { CliEnvironment } from '../../src/cli/environment.js';
import type { EndingSignal } from '../../src/cli/interruption.js';
import { runCli } from '../../src/cli/run-cli.js';
import type { OutputStream } from '../../src/cli/terminal/index.js';

/** Text of the scenario that is shipped and that `npm start` runs. */
export const threeHosts = readFileSync('fixtures/scenarios/three-hosts.yaml', 'utf8');

/** What one invocation came to. */
export interface Outcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandLineInit {
  /** By path; relative ones lie in the working directory. */
  readonly files?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
  /** Streams that are terminals. Default: none. */
  readonly terminals?: readonly ('stdout' | 'stderr')[];
  readonly columns?: number;
  readonly rows?: number;
  readonly stderrIsJournal?: boolean;
  /** Reaching real hosts. Default: a defect of the test. */
  readonly connectReal?: CliEnvironment['connectReal'];
  /** Sends a signal when this has been printed on stdout. */
  readonly signals?: readonly { readonly after: RegExp; readonly signal: EndingSignal }[];
}

/** The program in this process, with files in memory and a terminal that remembers. */
export class CommandLine {
  readonly volume: Volume;
  readonly worlds = new Map<string, string>();
  /** Everything that the last invocation printed, also after its end. */
  printed = { stdout: '', stderr: '' };
  readonly #init: CommandLineInit;

  constructor(init: CommandLineInit = {}) {
    this.#init = init;
    this.volume = new Volume();
    this.volume.mkdirSync('/work', { recursive: true });
    const files = { 'three-hosts.yaml': threeHosts, ...init.files };
    for (const [path, text] of Object.entries(files)) this.write(path, text);
  }

  /** Writes a file, relative to the working directory. */
  write(path: string, text: string): void {
    const absolute = path.startsWith('/') ? path : `/work/${path}`;
    this.volume.mkdirSync(absolute.slice(0, absolute.lastIndexOf('/')) || '/', { recursive: true });
    this.volume.writeFileSync(absolute, text);
  }

  async run(...words: readonly string[]): Promise<Outcome> {
    const listeners = new Set<(signal: EndingSignal) => void>();
    const waiting = [...(this.#init.signals ?? [])];
    const said = { stdout: '', stderr: '' };
    this.printed = said;
    const heard = (): void => {
      const [next] = waiting;
      if (next === undefined || !next.after.test(said.stdout)) return;
      waiting.shift();
      for (const listener of listeners) listener(next.signal);
    };
    const exitCode = await runCli(words, {
      ...this.#machine(),
      terminal: {
        stdout: this.#stream('stdout', (text) => {
          said.stdout += text;
          heard();
        }),
        stderr: this.#stream('stderr', (text) => {
          said.stderr += text;
        }),
        stderrIsJournal: this.#init.stderrIsJournal ?? false,
        environment: this.#init.environment ?? {},
      },
      signals: {
        listen: (callback) => {
          listeners.add(callback);
          return () => {
            listeners.delete(callback);
          };
        },
      },
    });
    return { exitCode, ...said };
  }

  #machine(): Pick<CliEnvironment, 'files' | 'worlds' | 'connectReal'> {
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
      files: {
        ...source,
        createFile: async (path, text) => {
          this.write(path, text);
        },
      },
      worlds: {
        read: async (path) => this.worlds.get(path),
        write: async (path, text) => {
          this.worlds.set(path, text);
        },
      },
      connectReal:
        this.#init.connectReal ??
        (() => {
          throw new Error('no real host may be asked here');
        }),
    };
  }

  #stream(name: 'stdout' | 'stderr', write: (text: string) => void): OutputStream {
    return {
      write,
      isTerminal: this.#init.terminals?.includes(name) ?? false,
      columns: this.#init.columns ?? 80,
      rows: this.#init.rows ?? 24,
      onResize: () => () => undefined,
    };
  }
}
