import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { CommandResult } from '../../ports/index.js';

const recordingSchema = z.object({
  argv: z.tuple([z.string()], z.string()),
  exitCode: z.int(),
  stdout: z.string(),
  stderr: z.string(),
  durationMs: z.number(),
});

const folders = {
  /** A Debian 12 Dom0 under Xen. */
  xen: new URL('../../../fixtures/recordings/', import.meta.url),
  /** Loop devices and image files on a machine without device-mapper. */
  loop: new URL('../../../fixtures/recordings-loop/', import.meta.url),
  /** libvirt's test driver: a real virsh without a hypervisor. */
  'test-driver': new URL('../../../fixtures/recordings-test-driver/', import.meta.url),
};

/** Every recording of a tool by its name: `xen/add`, `loop/guest-pvs`. */
function readRecordings(tool: string): ReadonlyMap<string, CommandResult> {
  const recordings = new Map<string, CommandResult>();
  for (const [origin, folder] of Object.entries(folders)) {
    const place = new URL(`${tool}/`, folder);
    for (const file of listFolder(place)) {
      const text = readFileSync(new URL(file, place), 'utf8');
      const name = `${origin}/${file.replace(/\.json$/, '')}`;
      recordings.set(name, recordingSchema.parse(JSON.parse(text)));
    }
  }
  return recordings;
}

function listFolder(folder: URL): readonly string[] {
  try {
    return readdirSync(folder).filter((file) => file.endsWith('.json'));
  } catch (error) {
    // Not every tool was recorded in both places.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

/** One recording by its name. */
export function readRecording(tool: string, name: string): CommandResult {
  const recording = readRecordings(tool).get(name);
  if (recording === undefined) throw new Error(`no recording ${name} of ${tool}`);
  return recording;
}

/**
 * One test for each recording of a tool, and one that fails when a recording has no expectation
 * or an expectation no recording.
 */
export function describeRecordings(
  tool: string,
  expectations: Readonly<Record<string, (recording: CommandResult) => void>>,
): void {
  const recordings = readRecordings(tool);
  describe(`the recordings of ${tool}`, () => {
    it('all have an expectation', () => {
      expect(recordings.size).toBeGreaterThan(0);
      expect(Object.keys(expectations).sort()).toEqual([...recordings.keys()].sort());
    });
    it.each([...recordings])('%s is understood', (name, recording) => {
      expect.hasAssertions();
      expectations[name]?.(recording);
    });
  });
}

/** The code of the error of ours that a function throws, or a note that it threw none. */
export function codeOf(action: () => unknown): string {
  try {
    action();
    return 'nothing was thrown';
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
}

/** The parser answers in shape, or refuses with `output-unexpected`: nothing else. */
export function expectStrict(parse: (text: string) => unknown, text: string): void {
  const code = codeOf(() => parse(text));
  expect(['nothing was thrown', 'output-unexpected']).toContain(code);
}

/**
 * Garbage for a parser: random text, and the outputs of a tool cut off, with characters replaced,
 * or with lines dropped or repeated.
 */
export function garbage(tool: string): fc.Arbitrary<string> {
  const texts = [...readRecordings(tool).values()].map(({ stdout }) => stdout);
  const recorded = fc.constantFrom(...texts.filter((text) => text !== ''));
  const cut = fc
    .tuple(recorded, fc.nat())
    .map(([text, at]) => text.slice(0, at % Math.max(1, text.trimEnd().length)));
  const replaced = fc
    .tuple(recorded, fc.nat(), fc.string({ minLength: 1, maxLength: 3 }))
    .map(([text, at, noise]) => {
      const place = at % text.length;
      return text.slice(0, place) + noise + text.slice(place + noise.length);
    });
  const rearranged = fc.tuple(recorded, fc.nat(), fc.boolean()).map(([text, at, twice]) => {
    const lines = text.split('\n');
    const place = at % lines.length;
    const line = lines[place] ?? '';
    return lines.toSpliced(place, 1, ...(twice ? [line, line] : [])).join('\n');
  });
  const bytes = fc.uint8Array({ maxLength: 200 }).map((raw) => String.fromCharCode(...raw));
  return fc.oneof(fc.string(), bytes, cut, replaced, rearranged);
}
