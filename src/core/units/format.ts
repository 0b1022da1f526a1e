const binaryUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

/** Bytes for people: `1.5 GiB`. Two digits after the point below ten, one below a hundred. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  // What would be rounded to 1024 of a unit is one of the next.
  while (Math.abs(value) >= 1023.5 && unit < binaryUnits.length - 1) {
    if (Number.isInteger(value) && Math.abs(value) < 1024) break;
    value /= 1024;
    unit += 1;
  }
  const digits = Number.isInteger(value) ? 0 : value < 10 ? 2 : value < 100 ? 1 : 0;
  return `${value.toFixed(digits)} ${binaryUnits[unit] ?? 'B'}`;
}

/** Two sizes that differ, in words that differ: exact ones where the rounded ones would be equal. */
export function formatSizesApart(left: number, right: number): readonly [string, string] {
  const rounded = [formatBytes(left), formatBytes(right)] as const;
  // `1 TiB` and `1.00 TiB` differ only in that the second was rounded.
  const [first, second] = rounded.map((text) => text.replace(/\.0+ /, ' '));
  if (first !== second) return rounded;
  return [`${String(left)} bytes`, `${String(right)} bytes`];
}

/** Durations for people: `340 ms`, `4.2 s`, `3 min 05 s`, `2 h 10 min`. */
export function formatDuration(durationMs: number): string {
  if (durationMs < 999.5) return `${String(Math.round(durationMs))} ms`;
  const seconds = durationMs / 1000;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${String(minutes)} min ${String(whole % 60).padStart(2, '0')} s`;
  return `${String(Math.floor(minutes / 60))} h ${String(minutes % 60).padStart(2, '0')} min`;
}

/**
 * Text of foreign origin (names, labels, a tool's output) made harmless for a terminal and a log
 * line: control characters, also the C1 ones, bidirectional overrides and characters that cannot be
 * seen become `\xNN`/`\uNNNN`.
 */
export function printable(text: string): string {
  return text.replace(
    /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g,
    (character) => {
      const code = character.charCodeAt(0);
      return code < 256
        ? `\\x${code.toString(16).padStart(2, '0')}`
        : `\\u${code.toString(16).padStart(4, '0')}`;
    },
  );
}
