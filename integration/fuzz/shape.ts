/** Lines that say anything. */
export function lines(text: string): readonly string[] {
  return text.split('\n').filter((line) => line.trim() !== '');
}

/** How many objects a list inside a JSON text has, read without any schema; 0 when it is none. */
export function jsonRows(text: string, ...path: readonly (string | number)[]): number {
  const list = path.reduce<unknown>(
    (value, key) => (isObject(value) ? value[key] : undefined),
    JSON.parse(text),
  );
  return Array.isArray(list) ? list.length : 0;
}

function isObject(value: unknown): value is Readonly<Record<string | number, unknown>> {
  return typeof value === 'object' && value !== null;
}

/**
 * What no answer of a parser may hold, at any depth: a number that is none, negative, infinite,
 * or too large to be exact, and a hole.
 */
export function problemOfShape(value: unknown, path = 'answer'): string | undefined {
  if (typeof value === 'number') {
    const isSound = Number.isFinite(value) && value >= 0 && value <= Number.MAX_SAFE_INTEGER;
    return isSound ? undefined : `${path} is ${String(value)}`;
  }
  if (value === null || typeof value === 'symbol') return `${path} is ${String(value)}`;
  if (typeof value !== 'object' || ArrayBuffer.isView(value)) return undefined;
  const entries =
    value instanceof Map || value instanceof Set ? [...value.entries()] : Object.entries(value);
  for (const [key, item] of entries) {
    if (Array.isArray(value) && item === undefined) return `${path} has a hole`;
    const problem = problemOfShape(item, `${path}.${String(key)}`);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
