import { XenBackupError } from '../../../core/errors/index.js';
import type { GuestName, HostName } from '../../../core/model/index.js';
import type { ReleaseTimerKind } from '../../../core/steps/index.js';
import type {
  Clock,
  CommandResult,
  CommandRunner,
  FoundHold,
  GuestHolds,
  HoldOutcome,
  HoldRequest,
  HostFiles,
  ReleaseOutcome,
  ReleaseTimer,
} from '../../../ports/index.js';
import { commandFailed, expectSuccess, linesOf, resultDetails } from '../../shared/index.js';
import { meaningOfFailure } from '../outcome.js';
import {
  armArgv,
  holdArgv,
  releaseArgv,
  type ReleasePlace,
  stopTimerArgv,
  stopUnitsArgv,
  systemdRunsArgv,
  unholdArgv,
} from './argv.js';
import { holdFile, holdsUnder, runsDirectory } from './files.js';
import { describeHold, parseFrozen, parseHoldFile, saysNoAgent } from './parse.js';
import { judgePause, judgeRelease } from './outcome.js';

/** What the adapter needs of its host. */
export interface GuestHoldsOptions {
  readonly runner: CommandRunner;
  readonly files: HostFiles;
  readonly clock: Clock;
  readonly hostName: HostName;
  readonly libvirtUri: string;
}

/** Exit codes of the hold script. */
const exit = { timerGone: 75, busy: 76 } as const;

/** A virsh that does not come back for so long is ended on the host. */
const holdSeconds = 20;
/** The scripts end by themselves; the runner's limit is for a host that does not. */
const scriptTimeoutMs = 60_000;
/** Between attempts to release. The timer on the host goes on after that. */
const releasePausesMs = [500, 2_000, 5_000];
const maxFileBytes = 4096;

/** Guests that stand still: virsh, and timers of systemd or of setsid and sleep. */
export function createGuestHolds(options: GuestHoldsOptions): GuestHolds {
  return new VirshGuestHolds(options);
}

class VirshGuestHolds implements GuestHolds {
  readonly #options: GuestHoldsOptions;
  /** What is armed by us, so that a hold can write down how its timer is found. */
  readonly #armed = new Map<string, ReleaseTimerKind>();

  constructor(options: GuestHoldsOptions) {
    this.#options = options;
  }

  async timerKind(): Promise<ReleaseTimerKind> {
    const result = await this.#options.runner.run({ argv: systemdRunsArgv() });
    if (result.exitCode > 1) throw commandFailed(this.#host, result);
    return result.exitCode === 0 ? 'systemd' : 'setsid';
  }

  async arm(timer: ReleaseTimer): Promise<void> {
    const { files } = this.#options;
    const place = this.#place(timer.name, timer.guest);
    this.#armed.set(timer.name, timer.timer);
    await files.makeDirectory(place.file.slice(0, place.file.lastIndexOf('/')));
    // Before the timer, so that it never finds nothing to look at; nothing is held yet.
    await files.writeTextAtomically(place.file, `armed\n${describeHold(timer)}\n`);
    this.#expectSuccess(await this.#run(armArgv(timer, place)));
  }

  async disarm(name: string, timer: ReleaseTimerKind): Promise<void> {
    if (timer === 'setsid') {
      this.#expectSuccess(await this.#run(stopTimerArgv(name)));
    } else {
      const result = await this.#run(stopUnitsArgv(name));
      const isAbsent = (line: string): boolean =>
        /^Failed to stop \S+: Unit \S+ not loaded\.$/.test(line);
      if (result.exitCode !== 0 && !linesOf(result.stderr).every(isAbsent)) {
        throw commandFailed(this.#host, result);
      }
    }
    await this.#options.files.removeFile(holdFile(name));
    this.#armed.delete(name);
  }

  async hold(request: HoldRequest): Promise<HoldOutcome> {
    const { name, guest } = request;
    const place = this.#place(name, guest);
    const about = describeHold({ guest, timer: this.#armed.get(name) ?? (await this.timerKind()) });
    const result = await this.#run(holdArgv(request, place, about, holdSeconds));
    if (result.exitCode === exit.timerGone) {
      throw new XenBackupError('guest-hold-broken', {
        message: `the timer of ${guest} on ${this.#host} has gone off before it was stopped`,
      });
    }
    if (result.exitCode === exit.busy) throw commandFailed(this.#host, result, 'guest-hold-failed');
    if (request.by === 'pause') return judgePause(this.#host, guest, result);
    return this.#judgeFreeze(place, about, result);
  }

  async release(name: string, guest: GuestName): Promise<ReleaseOutcome> {
    const { clock, files } = this.#options;
    const argv = releaseArgv(this.#place(name, guest));
    let result = await this.#run(argv);
    for (const pauseMs of releasePausesMs) {
      if (result.exitCode === 0) break;
      if (this.#isMoot(result)) {
        await files.removeFile(holdFile(name));
        return { kind: 'interfered', state: 'gone', heldMs: 0 };
      }
      await clock.sleep(pauseMs);
      result = await this.#run(argv);
    }
    if (result.exitCode === 0) return judgeRelease(result.stdout);
    throw new XenBackupError('guest-release-failed', {
      message:
        `${guest} on ${this.#host} could not be let go on: ` +
        commandFailed(this.#host, result).message,
      details: resultDetails(this.#host, result),
    });
  }

  async list(): Promise<readonly FoundHold[]> {
    const { files } = this.#options;
    const runs = await files.list(runsDirectory);
    const found: FoundHold[] = [];
    for (const { name: run, kind } of runs) {
      if (kind !== 'directory') continue;
      const entries = await files.list(`${runsDirectory}/${run}`);
      for (const name of holdsUnder(run, entries)) {
        const text = await files.readText(holdFile(name), maxFileBytes);
        if (text !== undefined) found.push({ name, ...parseHoldFile(text) });
      }
    }
    return found;
  }

  async #judgeFreeze(
    place: ReleasePlace,
    about: string,
    result: CommandResult,
  ): Promise<HoldOutcome> {
    if (result.exitCode === 0 && parseFrozen(result.stdout) > 0) return { kind: 'held' };
    const reason =
      result.exitCode === 0 ? 'the agent froze no file system' : saysNoAgent(result.stderr);
    if (reason === undefined) throw this.#failure(result, 'guest-hold-failed');
    this.#expectSuccess(await this.#run(unholdArgv(place, about)));
    return { kind: 'impossible', reason };
  }

  /** True where there is nothing left that could be let go on. */
  #isMoot({ stderr }: CommandResult): boolean {
    if (meaningOfFailure(stderr) === 'domain-not-found') return true;
    const reason = saysNoAgent(stderr);
    return reason !== undefined && !reason.startsWith('Guest agent is not responding');
  }

  #place(name: string, guest: GuestName): ReleasePlace {
    return { file: holdFile(name), libvirtUri: this.#options.libvirtUri, guest };
  }

  get #host(): HostName {
    return this.#options.hostName;
  }

  #run(argv: CommandResult['argv']): Promise<CommandResult> {
    return this.#options.runner.run({ argv, timeoutMs: scriptTimeoutMs });
  }

  #expectSuccess(result: CommandResult): void {
    expectSuccess(this.#host, result);
  }

  #failure(result: CommandResult, otherwise: 'guest-hold-failed'): XenBackupError {
    const meaning = meaningOfFailure(result.stderr);
    return commandFailed(this.#host, result, meaning === 'command-failed' ? otherwise : meaning);
  }
}
