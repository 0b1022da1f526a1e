import type { RunEventListener } from '../../composition/event-stream.js';

/** `--json`: each event as a line of JSON. The last one is the report. */
export function createNdjsonListener(write: (text: string) => void): RunEventListener {
  return (event) => {
    // JSON escapes control characters up to U+001F; the others must not reach a terminal either.
    write(`${escapeControls(JSON.stringify(event))}\n`);
  };
}

/** JSON with every character that a terminal may act on as `\uNNNN`, which means the same. */
export function escapeControls(json: string): string {
  return json.replaceAll(
    /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
