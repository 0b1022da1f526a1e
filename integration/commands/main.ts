import { measureRuns, type StartedCommand } from './measure.js';

// What a run of the article's guest starts on each host: two runs, the second of which finds a
// standby as every later one does.
for (const { commands, durationMs, report } of await measureRuns(2)) {
  console.log(`exit ${String(report.exitCode)}, ${(durationMs / 1000).toFixed(1)} s`);
  for (const command of commands) console.log(lineOf(command));
  for (const host of new Set(commands.map(({ host: name }) => name))) {
    const here = commands.filter((command) => command.host === host);
    console.log(`${host}: ${String(here.length)} commands: ${kindsOf(here)}`);
  }
}

function lineOf({ host, text, startMs, endMs }: StartedCommand): string {
  const [from, lasted] = [startMs, endMs - startMs].map((ms) => (ms / 1000).toFixed(1).padStart(6));
  const shown = text.replaceAll(/\s+/g, ' ').slice(0, 130);
  return `${from ?? ''} s ${lasted ?? ''} s  ${host}  ${shown}`;
}

/** By their first words, the most frequent first. */
function kindsOf(commands: readonly StartedCommand[]): string {
  const counts = new Map<string, number>();
  for (const { text } of commands) {
    const kind = /^(?:dmsetup|kpartx|blockdev|udevadm) \S+|^\S+/.exec(text)?.[0] ?? text;
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return [...counts]
    .sort(([, left], [, right]) => right - left)
    .map(([kind, count]) => `${String(count)} ${kind}`)
    .join(', ');
}
