import { describe, expect, it } from 'vitest';
import { XenBackupError } from '../../core/errors/index.js';
import type {
  Command,
  CommandResult,
  CommandRunner,
  CopyRequest,
  RunningCommand,
} from '../../ports/index.js';
import { createFileCopier } from './adapter.js';

const hostName = 'dom0a';
const request: CopyRequest = {
  source: { mountPoint: '/s', identity: { device: '1', inode: '2' } },
  target: { mountPoint: '/t', identity: { device: '3', inode: '2' } },
  peer: { address: 'dom0b', elevation: 'none' },
  pass: 'real',
  faithfulness: 'posix',
  excludes: [],
  bandwidthLimitKiBPerSecond: 0,
  ioClass: 'none',
  stallTimeoutMs: 1000,
  tag: 'abcdefghij-1',
};

interface Play {
  readonly stdout?: string;
  /** Absent: it lives until it is stopped. */
  readonly ending?: { readonly exitCode: number; readonly stderr?: string } | Error;
}

/** A source host whose rsync plays a part, and says when it was stopped. */
function sourcePlaying(play: Play, log: string[]): CommandRunner {
  return {
    run: () => Promise.reject(new Error('not used here')),
    start: async ({ argv }: Command): Promise<RunningCommand> => {
      let stopped: () => void = () => undefined;
      const end = new Promise<void>((resolve) => (stopped = resolve));
      const { ending } = play;
      const outcome = async (): Promise<CommandResult> => {
        if (ending instanceof Error) throw ending;
        if (ending === undefined) await end;
        return { argv, exitCode: 20, stdout: '', stderr: '', durationMs: 1, ...ending };
      };
      const result = outcome();
      result.catch(() => undefined);
      return {
        argv,
        processId: 7,
        stdout: (async function* () {
          yield play.stdout ?? '';
          await result;
        })(),
        result,
        write: async () => undefined,
        closeInput: async () => undefined,
        stop: async () => {
          log.push('sender stopped');
          stopped();
        },
      };
    },
  };
}

function copierPlaying(play: Play) {
  const log: string[] = [];
  const copier = createFileCopier({ runner: sourcePlaying(play, log), hostName });
  const stopReceivers = async (tag: string): Promise<void> => {
    log.push(`receivers of ${tag} stopped`);
  };
  return { log, copier, stopReceivers };
}

describe('file copier', () => {
  it('proves the receiver dead after every failure', async () => {
    const { log, copier, stopReceivers } = copierPlaying({ ending: { exitCode: 12 } });
    const outcome = await copier.copy(request, { stopReceivers });
    expect(outcome).toMatchObject({ kind: 'connection-lost', exitCode: 12 });
    expect(log).toEqual(['receivers of abcdefghij-1 stopped']);
  });

  it('need not when the source’s guard refused: nothing was started on the target', async () => {
    const { log, copier, stopReceivers } = copierPlaying({ ending: { exitCode: 121 } });
    const outcome = await copier.copy(request, { stopReceivers });
    expect(outcome.kind).toBe('source-guard-refused');
    expect(log).toEqual([]);
  });

  it('stops both sides when it is aborted, sender first', async () => {
    const { log, copier, stopReceivers } = copierPlaying({});
    const abort = new AbortController();
    const copy = copier.copy(request, { stopReceivers, signal: abort.signal });
    setTimeout(() => {
      abort.abort();
    }, 20);
    expect(await copy).toMatchObject({ kind: 'interrupted' });
    expect(log).toEqual(['sender stopped', 'receivers of abcdefghij-1 stopped']);
  });

  it('starts nothing when it was aborted before', async () => {
    const { log, copier } = copierPlaying({ ending: { exitCode: 0 } });
    const outcome = await copier.copy(request, { signal: AbortSignal.abort() });
    expect(outcome.kind).toBe('interrupted');
    expect(log).toEqual([]);
  });

  it('proves both sides dead when the source host goes out of hearing', async () => {
    const lost = new XenBackupError('host-unreachable', { message: 'gone' });
    const { log, copier, stopReceivers } = copierPlaying({ ending: lost });
    await expect(copier.copy(request, { stopReceivers })).rejects.toBe(lost);
    expect(log).toEqual(['sender stopped', 'receivers of abcdefghij-1 stopped']);
  });

  it('passes on that the receiver could not be proven dead', async () => {
    const { copier } = copierPlaying({ ending: { exitCode: 255 } });
    const unproven = new XenBackupError('command-stop-unproven', { message: 'alive' });
    const copy = copier.copy(request, { stopReceivers: () => Promise.reject(unproven) });
    await expect(copy).rejects.toBe(unproven);
  });

  it('does not take exit code 0 without totals for done', async () => {
    const { log, copier, stopReceivers } = copierPlaying({ ending: { exitCode: 0 } });
    const copy = copier.copy(request, { stopReceivers });
    await expect(copy).rejects.toMatchObject({ code: 'output-unexpected' });
    expect(log).toContain('receivers of abcdefghij-1 stopped');
  });

  it('reports progress while it goes', async () => {
    const stdout =
      '\r     100  50%    1.00kB/s    0:00:01  \r     200 100%    1.00kB/s    0:00:00  ';
    const { copier } = copierPlaying({ stdout, ending: { exitCode: 23 } });
    const percents: number[] = [];
    await copier.copy(request, { onProgress: ({ percent }) => percents.push(percent) });
    expect(percents).toEqual([50, 100]);
  });
});
