import { together } from '../../core/concurrency/index.js';
import type { HostName } from '../../core/model/index.js';
import type { Argv, CommandRunner, ToolInspector, ToolVersion } from '../../ports/index.js';
import {
  commandFailed,
  expectSuccess,
  requireArgument,
  unexpectedOutput,
} from '../shared/index.js';
import { findToolsArgv, hasDirectoryArgv, hasFileArgv } from './argv.js';
import { parseFoundTools } from './parse.js';
import { versionQuestions } from './versions.js';

/** What the adapter needs of its host. */
export interface ToolInspectorOptions {
  readonly runner: CommandRunner;
  readonly hostName: HostName;
}

/** The tools of a host, by its own shell and the tools' own answers. */
export function createToolInspector(options: ToolInspectorOptions): ToolInspector {
  return new CommandToolInspector(options.hostName, options.runner);
}

class CommandToolInspector implements ToolInspector {
  readonly #host: HostName;
  readonly #runner: CommandRunner;

  constructor(host: HostName, runner: CommandRunner) {
    this.#host = host;
    this.#runner = runner;
  }

  async inspect(tools: readonly string[]): Promise<readonly ToolVersion[]> {
    if (tools.length === 0) return [];
    const argv = findToolsArgv(tools);
    const { stdout } = expectSuccess(this.#host, await this.#runner.run({ argv }));
    const found = parseFoundTools(tools, stdout);
    return together(
      tools.map(async (tool) => {
        return found.has(tool) ? { tool, version: await this.#versionOf(tool) } : { tool };
      }),
    );
  }

  async hasNetworkInterface(name: string): Promise<boolean> {
    // A name with a slash would ask about another directory.
    if (requireArgument('interface', name).includes('/')) return false;
    return this.#test(hasDirectoryArgv(`/sys/class/net/${name}`));
  }

  async hasFile(path: string): Promise<boolean> {
    return this.#test(hasFileArgv(path));
  }

  async #versionOf(tool: string): Promise<string> {
    const question = versionQuestions[tool];
    if (question === undefined) return 'present';
    const result = await this.#runner.run({ argv: question.argv });
    const version = question.answer.exec(result.stdout)?.[1];
    if (version !== undefined) return version;
    if (result.exitCode !== 0) throw commandFailed(this.#host, result);
    throw unexpectedOutput(`the version of ${tool} is not understood`, result.stdout, {
      host: this.#host,
      argv: question.argv,
    });
  }

  async #test(argv: Argv): Promise<boolean> {
    const result = await this.#runner.run({ argv });
    if (result.exitCode > 1) throw commandFailed(this.#host, result);
    return result.exitCode === 0;
  }
}
