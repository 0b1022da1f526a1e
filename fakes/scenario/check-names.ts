import { didYouMean } from '../../src/config/did-you-mean.js';
import { type LocatedMap, type LocatedValue, mapEntries } from '../../src/config/located.js';
import type { Problem } from '../../src/config/problem.js';
import { outside } from '../network/types.js';

/** Names of hosts that lead nowhere: what no single value can tell. */
export function checkNames(root: LocatedMap): readonly Problem[] {
  const hosts = mapEntries(root.entries.get('hosts')?.value);
  const known = [...hosts.keys()];
  const problems: Problem[] = [];
  const check = (value: LocatedValue | undefined, also: readonly string[] = []): void => {
    if (value?.kind !== 'scalar' || typeof value.value !== 'string') return;
    if (known.includes(value.value) || also.includes(value.value)) return;
    const message = `there is no host ${value.value} under hosts${didYouMean(value.value, known)}`;
    problems.push({ place: value.place, message });
  };
  check(root.entries.get('runOn')?.value, [outside]);
  for (const { value } of hosts.values()) check(mapEntries(value).get('like')?.value);
  for (const { value } of mapEntries(root.entries.get('domains')?.value).values()) {
    for (const [host, { keyPlace }] of mapEntries(mapEntries(value).get('hosts')?.value)) {
      check({ kind: 'scalar', place: keyPlace, value: host });
    }
    for (const [host, { keyPlace }] of mapEntries(mapEntries(value).get('disksOn')?.value)) {
      check({ kind: 'scalar', place: keyPlace, value: host });
    }
  }
  for (const { value: links } of mapEntries(root.entries.get('ssh')?.value).values()) {
    for (const link of links.kind === 'list' ? links.items : []) {
      check(mapEntries(link).get('from')?.value, [outside]);
      check(mapEntries(link).get('to')?.value, [outside]);
    }
  }
  for (const fault of listOf(root.entries.get('faults')?.value)) {
    check(mapEntries(fault).get('host')?.value);
  }
  return problems;
}

function listOf(value: LocatedValue | undefined): readonly LocatedValue[] {
  return value?.kind === 'list' ? value.items : [];
}
