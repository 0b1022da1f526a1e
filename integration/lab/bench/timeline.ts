import { LabError } from '../fail.js';
import { isRecord } from '../values.js';

/** A stage, step, undo or pass of a run: when it began and how long it took, in milliseconds. */
export interface Span {
  readonly name: string;
  readonly host: string;
  readonly startMs: number;
  readonly durationMs: number;
}

const ends: ReadonlyMap<string, string> = new Map([
  ['stage-finished', 'stage-started'],
  ['step-finished', 'step-started'],
  ['undo-finished', 'undo-started'],
  ['copy-finished', 'copy-started'],
]);

/** Spans of a run from what `--json` printed, in the order of their beginning. */
export function spansOf(ndjson: string): readonly Span[] {
  const open = new Map<string, { readonly name: string; readonly startMs: number }>();
  const spans: Span[] = [];
  let firstMs: number | undefined;
  for (const event of ndjson.trim().split('\n').map(parse)) {
    const [type, timeMs] = [String(event['type']), Date.parse(String(event['time']))];
    firstMs ??= timeMs;
    if (type.endsWith('-started'))
      open.set(keyOf(type, event), { name: nameOf(event), startMs: timeMs - firstMs });
    const begun = ends.get(type);
    const begin = begun === undefined ? undefined : open.get(keyOf(begun, event));
    if (begin === undefined) continue;
    const durationMs = timeMs - firstMs - begin.startMs;
    spans.push({ ...begin, host: String(event['host']), durationMs });
  }
  return spans.toSorted((left, right) => left.startMs - right.startMs);
}

/** Lines with a bar each: what overlaps stands below one another. */
export function drawing(spans: readonly Span[], columns = 60): string {
  const endMs = Math.max(...spans.map(({ startMs, durationMs }) => startMs + durationMs), 1);
  return spans
    .map(({ name, host, startMs, durationMs }) => {
      const from = Math.round((startMs / endMs) * columns);
      const length = Math.max(1, Math.round((durationMs / endMs) * columns));
      const bar = `${' '.repeat(from)}${'#'.repeat(length)}`.slice(0, columns).padEnd(columns);
      return `${host.padEnd(6)} ${name.padEnd(34)} |${bar}| ${(durationMs / 1000).toFixed(1).padStart(6)} s`;
    })
    .join('\n');
}

/** Step ids tell steps apart; stages and passes are told apart by what they are about. */
function keyOf(startType: string, event: Readonly<Record<string, unknown>>): string {
  const about =
    event['stepId'] ?? event['stage'] ?? `${String(event['pass'])} ${String(event['fileSystem'])}`;
  return [startType, event['host'], event['guest'], about].map(String).join(' ');
}

function nameOf(event: Readonly<Record<string, unknown>>): string {
  const { stage, step, undo, pass, fileSystem } = event;
  if (typeof stage === 'string') return `= ${stage}`;
  if (typeof pass === 'string') return `${pass} ${String(fileSystem)}`;
  const kind = isRecord(step) ? step['kind'] : isRecord(undo) ? undo['kind'] : undefined;
  return String(kind ?? event['type']);
}

function parse(line: string): Readonly<Record<string, unknown>> {
  const event: unknown = JSON.parse(line);
  if (!isRecord(event)) throw new LabError(`no event: ${line}`);
  return event;
}
