import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Shells of hosts that have no Node, by the words that start them; those that are here. */
export const shells: readonly (readonly [string, ...string[]])[] = (
  [['dash'], ['busybox', 'sh'], ['bash', '--posix']] as const
).filter(([program, ...options]) => {
  try {
    execFileSync(program, [...options, '-c', 'exit 0'], { stdio: 'ignore' });
    return true;
  } catch {
    // Not installed here: CI has them all.
    return false;
  }
});

/**
 * What the printed filter says of many commands, one after another in one shell: the name of the
 * rule, or nothing. The filter is the printed one but for its last line, which starts it.
 */
export function judgeAll(
  shell: readonly [string, ...string[]],
  script: string,
  commands: readonly string[],
): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'xen-backup-gate-'));
  const start = '\nmain "$@"\n';
  if (!script.endsWith(start)) throw new Error('the filter does not end as it did');
  const loop = `
mode=check
n=0
while [ "$n" -lt ${commands.length} ]; do
  command=$(cat "${folder}/$n"; echo x)
  if judge "\${command%x}"; then echo "$rule"; else echo; fi
  n=$((n + 1))
done
`;
  try {
    for (const [index, command] of commands.entries()) {
      writeFileSync(join(folder, String(index)), command);
    }
    const file = join(folder, 'gate');
    writeFileSync(file, script.slice(0, -start.length) + loop);
    const [program, ...options] = shell;
    const output = execFileSync(program, [...options, file], {
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    });
    return output.split('\n').slice(0, -1);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
