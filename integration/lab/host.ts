import { execa } from 'execa';
import { LabError } from './fail.js';
import type { HostSpec } from './hosts.js';
import { paths } from './paths.js';
import { quote } from './quote.js';

export interface ExecOptions {
  readonly stdin?: string | Uint8Array;
  /** Default: two minutes. A command that takes longer is an error, not a result. */
  readonly timeoutMs?: number;
}

export interface ExecResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** One of the two Dom0s, as a test drives it: by the system's own OpenSSH, as root. */
export class LabHost {
  readonly spec: HostSpec;

  constructor(spec: HostSpec) {
    this.spec = spec;
  }

  get name(): string {
    return this.spec.name;
  }

  /**
   * Runs a command on the host. The argv arrives as given: no word is split or expanded. A failing
   * command is a result; a host that does not answer or an elapsed time limit is a `LabError`.
   */
  async exec(argv: readonly [string, ...string[]], options: ExecOptions = {}): Promise<ExecResult> {
    const timeoutMs = options.timeoutMs ?? 120_000;
    const result = await execa(
      'ssh',
      [...this.sshOptions(), this.name, argv.map(quote).join(' ')],
      {
        reject: false,
        timeout: timeoutMs,
        stripFinalNewline: false,
        maxBuffer: 256 * 1024 * 1024,
        env: { LC_ALL: 'C' },
        ...(options.stdin === undefined ? { stdin: 'ignore' as const } : { input: options.stdin }),
      },
    );
    if (result.timedOut) {
      throw new LabError(`${this.name}: ${argv.join(' ')}: not done after ${timeoutMs} ms`);
    }
    if (result.exitCode === undefined || (result.exitCode === 255 && isFromSsh(result.stderr))) {
      throw new LabError(`${this.name} does not answer: ${result.stderr.trim()}`);
    }
    return { exitCode: result.exitCode, stdout: result.stdout, stderr: result.stderr };
  }

  /** As `exec`, for what has to succeed: gives stdout, throws with stderr. */
  async must(argv: readonly [string, ...string[]], options: ExecOptions = {}): Promise<string> {
    const result = await this.exec(argv, options);
    if (result.exitCode !== 0) {
      throw new LabError(
        `${this.name}: ${argv.join(' ')}: exit ${result.exitCode}\n${result.stderr || result.stdout}`,
      );
    }
    return result.stdout;
  }

  /** Copies a file or folder of the outer machine onto the host. */
  async copyIn(from: string, to: string): Promise<void> {
    await this.scp([from, `${this.name}:${to}`]);
  }

  /** Copies a file or folder of the host to the outer machine. */
  async copyOut(from: string, to: string): Promise<void> {
    await this.scp([`${this.name}:${from}`, to]);
  }

  private async scp(ends: readonly [string, string]): Promise<void> {
    const result = await execa('scp', [...this.sshOptions(), '-q', '-p', '-r', ...ends], {
      reject: false,
      timeout: 300_000,
      stdin: 'ignore',
    });
    if (result.exitCode !== 0) {
      throw new LabError(`copying ${ends.join(' -> ')} failed: ${result.stderr.trim()}`);
    }
  }

  /** One connection serves many commands: a login costs a second of an emulated processor. */
  private sshOptions(): string[] {
    return [
      ...['-F', paths.sshConfig, '-o', 'ControlMaster=auto', '-o', 'ControlPersist=120'],
      ...['-o', `ControlPath=${paths.controlSockets}/%n`, '-o', 'LogLevel=ERROR'],
    ];
  }

  /** Forgets the shared connection: the machine behind it was replaced. */
  async forget(): Promise<void> {
    await execa('ssh', [...this.sshOptions(), '-O', 'exit', this.name], {
      reject: false,
      timeout: 10_000,
      stdin: 'ignore',
    });
  }
}

/** 255 is ssh's own failure, but a command may end with it too. */
function isFromSsh(stderr: string): boolean {
  return /(^|\n)(ssh:|kex_|Connection |client_loop|mux_client|Timeout,|banner exchange|.*Permission denied|Host key)/i.test(
    stderr,
  );
}
