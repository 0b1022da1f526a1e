import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { LabError } from './fail.js';
import { paths } from './paths.js';
import { say } from './say.js';
import { waitFor } from './wait.js';

/**
 * Names the lock that a process holds, for its child processes, so that `npm run lab` inside a
 * locked test works. Another flavour has another lock.
 */
const inherited = 'XEN_BACKUP_LAB_LOCKED';

const isInherited = (): boolean => process.env[inherited] === paths.lock;

const waitLimitMs = 1_200_000;

/**
 * There is one pair of hosts, so one user at a time. Held by this process: when it dies, the lock
 * is free. Waits up to twenty minutes for the present holder.
 */
export async function withLock<T>(purpose: string, work: () => Promise<T>): Promise<T> {
  const release = await holdLock(purpose);
  try {
    return await work();
  } finally {
    release();
  }
}

/** For tests, whose set-up and teardown are apart: gives the function that lets go. */
export async function holdLock(purpose: string): Promise<() => void> {
  if (isInherited()) return () => undefined;
  const outer = process.env[inherited];
  await acquire(purpose, waitLimitMs);
  process.env[inherited] = paths.lock;
  return () => {
    if (outer === undefined) Reflect.deleteProperty(process.env, inherited);
    else process.env[inherited] = outer;
    rmSync(paths.lock, { force: true });
  };
}

async function acquire(purpose: string, waitMs: number): Promise<void> {
  let told = '';
  await waitFor(
    'the lab becomes free',
    () => {
      const holder = tryLock(purpose);
      if (holder !== undefined && holder !== told) say(`waiting: the lab is used by ${holder}`);
      told = holder ?? '';
      return Promise.resolve(holder === undefined ? true : undefined);
    },
    { timeoutMs: waitMs, everyMs: 1000 },
  ).catch((cause: unknown) => {
    throw new LabError(`the lab is used by ${told}`, { remedy: 'wait for it, or end it', cause });
  });
}

/** Nothing when the lock is ours now; else who has it. */
function tryLock(purpose: string): string | undefined {
  mkdirSync(paths.cache, { recursive: true, mode: 0o700 });
  try {
    writeFileSync(paths.lock, `${process.pid} ${startTime(process.pid)} ${purpose}\n`, {
      flag: 'wx',
    });
    return undefined;
  } catch {
    const holder = readHolder();
    if (holder === undefined) rmSync(paths.lock, { force: true });
    return holder ?? 'a process that has just ended';
  }
}

/** Who uses the hosts now, if it is not this process. */
export function lockHolder(): string | undefined {
  return isInherited() ? undefined : readHolder();
}

function readHolder(): string | undefined {
  try {
    const [pid, started, ...words] = readFileSync(paths.lock, 'utf8').trim().split(' ');
    if (pid === undefined || started === undefined) return undefined;
    if (startTime(Number(pid)) !== started) return undefined;
    return `process ${pid} (${words.join(' ')})`;
  } catch {
    return undefined;
  }
}

/** A process id alone may be used again; with its start time it names one process. */
function startTime(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return 'gone';
  }
}
