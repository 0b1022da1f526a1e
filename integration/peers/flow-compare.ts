import { expect } from 'vitest';
import type { FlowWorld } from './flow-world.js';
import { type TreeEntry, walkTree } from './tree-walker.js';

/** Excluded from the flow's copies: one file that only the source has. */
export const onSourceOnly = String.raw`./tmp/only\x20on\x20the\x20source`;
/** The same, on the target. */
export const onTargetOnly = String.raw`./tmp/only\x20on\x20the\x20target`;

/** Every pair of real file systems must be equal. @returns the excluded entries that were met. */
export function comparePairs(flow: FlowWorld): readonly string[] {
  const excluded: string[] = [];
  const without = (entries: Readonly<Record<string, TreeEntry>>, name: string) => {
    if (name in entries) excluded.push(name);
    return Object.fromEntries(Object.entries(entries).filter(([key]) => key !== name));
  };
  for (const [uuid, source] of flow.source.byUuid) {
    const target = flow.target.byUuid.get(uuid);
    const left = walkTree(source.fromHere);
    const right = walkTree(target?.fromHere ?? 'no partner');
    expect(without(right.entries, onTargetOnly)).toEqual(without(left.entries, onSourceOnly));
    for (const [name, blocks] of Object.entries(left.blocks)) {
      // Never more than the source, but for what a file system rounds up.
      if (name !== onSourceOnly) expect(right.blocks[name], name).toBeLessThanOrEqual(blocks + 256);
    }
  }
  return excluded;
}
