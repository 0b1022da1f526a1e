import { LabError } from '../fail.js';
import { isRecord } from '../values.js';

/** What is compared of an event, by its type; all others are waits, times and progress. */
const told: ReadonlyMap<string, readonly string[]> = new Map([
  ['guest-started', ['source', 'targets']],
  ['step-started', ['step']],
  ['step-failed', ['code']],
  ['undo-started', ['undo']],
  ['undo-failed', ['code']],
  ['target-opened', ['transfers', 'notCopied']],
  ['copy-started', ['pass', 'fileSystem', 'guestPath']],
  ['copy-finished', ['pass', 'fileSystem', 'outcome']],
  ['target-finished', ['outcome', 'reason']],
  ['guest-finished', ['outcome', 'reason']],
]);

/**
 * What happened on each host, in its order, as lines that two runs have in common when they did
 * the same: run ids, step ids and times are left out. Hosts work at the same time, so between them
 * there is no order.
 *
 * @param ndjson - what `--json` printed.
 */
export function storyByHost(ndjson: string): ReadonlyMap<string, readonly string[]> {
  const stories = new Map<string, string[]>();
  for (const event of ndjson.trim().split('\n').map(parse)) {
    const keys = told.get(String(event['type']));
    if (keys === undefined) continue;
    const host = typeof event['host'] === 'string' ? event['host'] : 'all';
    const facts = Object.fromEntries(keys.map((key) => [key, withoutId(event[key])]));
    const line = `${String(event['type'])} ${JSON.stringify(facts)}`;
    const lines = stories.get(host) ?? [];
    lines.push(line.replaceAll(String(event['runId']), 'RUNID'));
    stories.set(host, lines);
  }
  return stories;
}

/** Lines of one story that the other has not at that place, with the host they are from. */
export function differencesOf(
  simulated: ReadonlyMap<string, readonly string[]>,
  real: ReadonlyMap<string, readonly string[]>,
): readonly string[] {
  const hosts = new Set([...simulated.keys(), ...real.keys()]);
  return [...hosts].flatMap((host) => {
    const [left, right] = [simulated.get(host) ?? [], real.get(host) ?? []];
    const length = Math.max(left.length, right.length);
    return Array.from({ length }, (_, index) => index).flatMap((index) =>
      left[index] === right[index]
        ? []
        : [
            `${host} ${String(index)} simulated: ${left[index] ?? 'nothing'}`,
            `${host} ${String(index)} real:      ${right[index] ?? 'nothing'}`,
          ],
    );
  });
}

function parse(line: string): Readonly<Record<string, unknown>> {
  const event: unknown = JSON.parse(line);
  if (!isRecord(event)) throw new LabError(`no event: ${line}`);
  return event;
}

/** Step ids count over all hosts, which take turns as they come. */
function withoutId(value: unknown): unknown {
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => key !== 'id'));
}
