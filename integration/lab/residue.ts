import { readFile, writeFile } from 'node:fs/promises';
import { bundleProbe } from './bundle-probe.js';
import { LabError } from './fail.js';
import type { LabHost } from './host.js';
import { paths } from './paths.js';
import { isRecord, isStringArray } from './values.js';

/** Something that is on a host and was not when it was prepared, or the other way round. */
export interface ResidueItem {
  readonly host: string;
  /** `volumes`, `deviceMapper`, `mounts`, `processes`, ...: see probes/residue.ts. */
  readonly kind: string;
  readonly change: 'extra' | 'missing';
  readonly what: string;
}

type HostState = Readonly<Record<string, readonly string[]>>;

/** Keeps what the prepared hosts look like. */
export async function takeBaseline(hosts: readonly LabHost[]): Promise<void> {
  const states = await Promise.all(
    hosts.map(async (host) => [host.name, await look(host)] as const),
  );
  await writeFile(paths.baseline, JSON.stringify(Object.fromEntries(states), null, 1));
}

/** What differs now from the prepared hosts. Empty is clean. */
export async function findResidue(hosts: readonly LabHost[]): Promise<ResidueItem[]> {
  const baseline: unknown = JSON.parse(await readFile(paths.baseline, 'utf8'));
  const found = await Promise.all(
    hosts.map(async (host) => {
      const before = toState(isRecord(baseline) ? baseline[host.name] : undefined);
      return compare(host.name, before, await look(host));
    }),
  );
  return found.flat();
}

async function look(host: LabHost): Promise<HostState> {
  const probe = await bundleProbe('residue');
  const result = await host.must(['node', '-'], { stdin: probe, timeoutMs: 180_000 });
  return toState(JSON.parse(result));
}

function toState(value: unknown): HostState {
  if (!isRecord(value)) throw new LabError('a residue probe gave no object');
  const state: Record<string, string[]> = {};
  for (const [kind, items] of Object.entries(value)) {
    if (!isStringArray(items)) throw new LabError(`a residue probe gave no list of ${kind}`);
    state[kind] = items;
  }
  return state;
}

function compare(host: string, before: HostState, now: HostState): ResidueItem[] {
  const kinds = new Set([...Object.keys(before), ...Object.keys(now)]);
  return [...kinds].flatMap((kind) => {
    const was = before[kind] ?? [];
    const is = now[kind] ?? [];
    return [
      ...without(is, was).map((what) => ({ host, kind, change: 'extra' as const, what })),
      ...without(was, is).map((what) => ({ host, kind, change: 'missing' as const, what })),
    ];
  });
}

/** Items of `list` that `other` has not, counting repeated ones. */
function without(list: readonly string[], other: readonly string[]): string[] {
  const left = [...other];
  return list.filter((item) => {
    const at = left.indexOf(item);
    if (at === -1) return true;
    left.splice(at, 1);
    return false;
  });
}
