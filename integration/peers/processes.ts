import { setTimeout as sleep } from 'node:timers/promises';
import type { ExecResult } from './peer/peer.js';

type Exec = (argv: readonly string[]) => Promise<ExecResult>;

// Not the search under test: arguments and environments of everything, in plain text.
const script = String.raw`
for directory in /proc/[0-9]*; do
  pid=${'$'}{directory#/proc/}
  [ "$pid" = "$$" ] && continue
  { cat "$directory/environ" "$directory/cmdline" | tr '\0' '\n'; } 2>/dev/null |
    grep -q "XEN_BACKUP_COPY=$1" || continue
  case $(ps -o stat= -p "$pid") in Z* | '') ;; *) echo "$pid" ;; esac
done
`;

/** Pids of the living processes of one side that bear the tag anywhere. */
export async function taggedProcesses(exec: Exec, tag: string): Promise<readonly string[]> {
  const { stdout } = await exec(['sh', '-c', script, 'search', tag]);
  return stdout.split('\n').filter((line) => line !== '');
}

const receivingScript = String.raw`
for directory in /proc/[0-9]*; do
  tr '\0' '\n' <"$directory/environ" 2>/dev/null | grep -q "^XEN_BACKUP_COPY=$1$" || continue
  pid=${'$'}{directory#/proc/}
  case $(ps -o stat= -p "$pid") in Z* | '') ;; *) echo "$pid" ;; esac
done
`;

/**
 * Pids of the receiving side alone: the tag is in their environment. (The sender has it in its
 * arguments, and on loopback it is a process of the same machine.)
 */
export async function receivingProcesses(exec: Exec, tag: string): Promise<readonly string[]> {
  const { stdout } = await exec(['sh', '-c', receivingScript, 'search', tag]);
  return stdout.split('\n').filter((line) => line !== '');
}

/** Waits until a search finds something: for long, since other work may have the machine. */
export async function untilThere(
  search: () => readonly string[] | Promise<readonly string[]>,
): Promise<readonly string[]> {
  for (const startMs = performance.now(); performance.now() - startMs < 60_000; ) {
    const found = await search();
    if (found.length > 0) return found;
    await sleep(100);
  }
  throw new Error('nothing of the kind appeared within a minute');
}
