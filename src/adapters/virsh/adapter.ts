import { isXenBackupError, XenBackupError } from '../../core/errors/index.js';
import type {
  DomainDefinition,
  DomainState,
  DomainSummary,
  HostName,
} from '../../core/model/index.js';
import type { Argv, CommandResult, CommandRunner, Hypervisor } from '../../ports/index.js';
import { commandFailed, parseOutput, unexpectedOutput } from '../shared/index.js';
import { type DomainCommand, domainArgv, listArgv, listNamesArgv } from './argv.js';
import { parseDomainDefinition } from './domain-definition.js';
import { meaningOfFailure } from './outcome.js';
import {
  mayHideNames,
  parseAutostart,
  parseDomainList,
  parseDomainNames,
  parseDomainState,
} from './parse.js';
import { maxDocumentBytes } from './xml-guard.js';

/** What the adapter needs of its host. */
export interface HypervisorOptions {
  readonly runner: CommandRunner;
  readonly hostName: HostName;
  /** `xen:///system`, `qemu:///system`... */
  readonly libvirtUri: string;
}

/** The guests of a host as libvirt shows them, through virsh. */
export function createHypervisor(options: HypervisorOptions): Hypervisor {
  return new VirshHypervisor(options);
}

class VirshHypervisor implements Hypervisor {
  readonly #runner: CommandRunner;
  readonly #host: HostName;
  readonly #uri: string;

  constructor({ runner, hostName, libvirtUri }: HypervisorOptions) {
    this.#runner = runner;
    this.#host = hostName;
    this.#uri = libvirtUri;
  }

  async listDomains(): Promise<readonly DomainSummary[]> {
    const result = await this.#run(listArgv(this.#uri));
    if (result.exitCode !== 0) throw this.#failure(result);
    const domains = parseOutput(this.#host, result, parseDomainList);
    return mayHideNames(domains) ? this.#withTrueNames(domains) : domains;
  }

  /** Asks for the names themselves, and one by one for the state of those the table garbled. */
  async #withTrueNames(table: readonly DomainSummary[]): Promise<readonly DomainSummary[]> {
    const result = await this.#run(listNamesArgv(this.#uri));
    if (result.exitCode !== 0) throw this.#failure(result);
    const states = new Map(table.map(({ name, state }) => [name, state]));
    const domains: DomainSummary[] = [];
    for (const name of parseDomainNames(result.stdout)) {
      const state = states.get(name) ?? (await this.domainState(name));
      if (state !== undefined) domains.push({ name, state });
    }
    return domains;
  }

  async domainState(name: string): Promise<DomainState | undefined> {
    const result = await this.#ask('domstate', name);
    return result && parseOutput(this.#host, result, parseDomainState);
  }

  async readDefinition(name: string): Promise<DomainDefinition | undefined> {
    const result = await this.#ask('dumpxml', name);
    if (result === undefined) return undefined;
    const definition = parseDomainDefinition(result.stdout);
    if (definition.name !== name) {
      throw unexpectedOutput(
        `virsh dumpxml on ${this.#host}: the definition of another domain than ${name}`,
        definition.name,
        { host: this.#host, argv: result.argv },
      );
    }
    return definition;
  }

  async isAutostarted(name: string): Promise<boolean> {
    return parseOutput(this.#host, await this.#command('dominfo', name), parseAutostart);
  }

  /** The result, `undefined` where libvirt does not know the domain. */
  async #ask(command: DomainCommand, name: string): Promise<CommandResult | undefined> {
    const result = await this.#run(domainArgv(this.#uri, command, name));
    if (result.exitCode === 0) return result;
    const failure = this.#failure(result);
    if (failure.code === 'domain-not-found') return undefined;
    throw failure;
  }

  async #command(command: DomainCommand, name: string): Promise<CommandResult> {
    const result = await this.#run(domainArgv(this.#uri, command, name));
    if (result.exitCode !== 0) throw this.#failure(result);
    return result;
  }

  async #run(argv: Argv): Promise<CommandResult> {
    try {
      return await this.#runner.run({ argv, timeoutMs: 60_000, maxOutputBytes: maxDocumentBytes });
    } catch (error) {
      if (!isXenBackupError(error, 'command-output-too-large') || !argv.includes('dumpxml')) {
        throw error;
      }
      throw new XenBackupError('domain-xml-invalid', {
        message: `domain definition: larger than ${maxDocumentBytes} bytes (virsh on ${this.#host})`,
        cause: error,
      });
    }
  }

  #failure(result: CommandResult): XenBackupError {
    return commandFailed(this.#host, result, meaningOfFailure(result.stderr));
  }
}
