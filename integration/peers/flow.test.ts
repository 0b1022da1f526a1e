import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect } from 'vitest';
import { compareGuestTrees, guestTrees } from '../../fakes/judge/guest-trees.js';
import type { RunEvent } from '../../src/core/index.js';
import { CopyWorld } from './copy-world.js';
import { canMount } from './file-systems.js';
import { comparePairs, onSourceOnly, onTargetOnly } from './flow-compare.js';
import { guest, sourceHost, targetHost } from './flow-scenario.js';
import { type FlowResult, FlowWorld, type Swap } from './flow-world.js';
import { itWith } from './parts.js';
import { execHere } from './peer/exec-here.js';
import { openPeer } from './peer/open-peer.js';
import { taggedProcesses } from './processes.js';
import { walkTree } from './tree-walker.js';

const peer = await openPeer();
const copying = new CopyWorld(peer);
const loopMounts =
  (await canMount(execHere, copying.directory, 'ext4')) &&
  (await canMount(peer.exec, peer.scratch, 'ext4'));
const itMounted = itWith('loop-mounted ext4 on both sides', loopMounts);
const opened: FlowWorld[] = [];

afterEach(async () => {
  for (const flow of opened.splice(0)) await flow.close();
});
afterAll(async () => {
  await copying.close();
  await peer.close();
});

async function openFlow(): Promise<FlowWorld> {
  const flow = await FlowWorld.open(copying);
  opened.push(flow);
  return flow;
}

const targetReport = ({ report }: FlowResult) => report.guests[0]?.targets[0];

/** Steps and what undoes them on one host, in the order of their beginning. */
function stepsOn(host: string, events: readonly RunEvent[]) {
  const taken = events.flatMap((event) =>
    event.type === 'step-started' && event.host === host
      ? [{ stepId: event.stepId, kind: event.step.kind }]
      : [],
  );
  const undone = events.flatMap((event) =>
    event.type === 'undo-started' && event.host === host ? [event.stepId] : [],
  );
  // The rule's proof is taken back as soon as it is made.
  const kept = taken.filter(({ kind }) => kind !== 'prove-rule').map(({ stepId }) => stepId);
  return {
    kinds: taken.map(({ kind }) => kind),
    reversed: kept.reverse(),
    undone: undone.filter((stepId) => kept.includes(stepId)),
  };
}

const openTree = [
  ...['create-map', 'create-map', 'add-partition-maps', 'add-partition-maps', 'create-map'],
  ...['prepare-mount-points', 'mount', 'mount', 'mount', 'protect-mount-points'],
];

function expectOrderOfSteps({ events }: FlowResult): void {
  const source = stepsOn(sourceHost, events);
  const target = stepsOn(targetHost, events);
  const snapshots = ['create-snapshot', 'create-snapshot'];
  expect(source.kinds).toEqual(['install-rule', 'prove-rule', ...snapshots, ...openTree]);
  expect(target.kinds).toEqual(['install-rule', 'prove-rule', ...openTree]);
  expect(source.undone).toEqual(source.reversed);
  expect(target.undone).toEqual(target.reversed);
  const copies = events.flatMap((event) =>
    event.type === 'copy-started' ? [`${event.pass} ${event.guestPath ?? ''}`] : [],
  );
  const paths = ['/', '/boot', '/srv/data'];
  expect(copies).toEqual([...paths.map((path) => `dry ${path}`), ...paths.map((p) => `real ${p}`)]);
  const last = (type: RunEvent['type']): number => events.findLastIndex((e) => e.type === type);
  const first = (type: RunEvent['type']): number => events.findIndex((e) => e.type === type);
  expect(last('step-finished')).toBeLessThan(first('copy-started'));
  const firstUnmount = events.findIndex(
    (event) => event.type === 'undo-started' && event.undo.kind === 'unmount',
  );
  expect(last('copy-finished')).toBeLessThan(firstUnmount);
}

async function expectNothingLeft(flow: FlowWorld, result: FlowResult): Promise<void> {
  expect(result.left).toEqual([]);
  expect(result.report.residue).toEqual([]);
  expect(flow.simulation.world.violations).toEqual([]);
  for (const exec of [peer.exec, execHere]) {
    expect(await taggedProcesses(exec, result.report.runId)).toEqual([]);
  }
}

describe('the whole flow, its copies by real rsync over real SSH', () => {
  itMounted('makes the standby identical, and the next run finds nothing to copy', async () => {
    const flow = await openFlow();
    const result = await flow.run();
    expect(targetReport(result)).toMatchObject({ outcome: 'done', deletions: 5 });
    expect(result.report.exitCode).toBe(0);
    expectOrderOfSteps(result);
    expect(result.copies.map(({ pass, recordState }) => `${pass} ${recordState}`)).toEqual([
      ...Array.from({ length: 3 }, () => 'dry none'),
      ...Array.from({ length: 3 }, () => 'real syncing'),
    ]);
    expect(flow.record()).toMatchObject({ state: 'complete', source: sourceHost, counter: 1 });
    expect([...comparePairs(flow)].sort()).toEqual([onSourceOnly, onTargetOnly]);
    await expectNothingLeft(flow, result);
    // What came back into the simulation is what the guest would find on its standby.
    const differences = compareGuestTrees(
      guestTrees(flow.source.machine, guest),
      guestTrees(flow.target.machine, guest),
    );
    expect(differences.map(({ path, kind }) => `${kind} ${path}`).sort()).toEqual([
      'extra tmp/only on the target',
      'missing tmp/only on the source',
    ]);

    const again = await flow.run();
    expect(again.report.exitCode).toBe(0);
    expect(targetReport(again)).toMatchObject({ files: 0, bytes: 0, deletions: 0 });
    for (const { target, before } of again.copies)
      expect(walkTree(target.fromHere)).toEqual(before);
    expect(flow.record()).toMatchObject({ state: 'complete', counter: 2 });
    expect([...comparePairs(flow)].sort()).toEqual([onSourceOnly, onTargetOnly]);
    await expectNothingLeft(flow, again);
  });

  itMounted.each<Pick<Swap, 'side' | 'pass'>>([
    { side: 'source', pass: 'dry' },
    { side: 'source', pass: 'real' },
    { side: 'target', pass: 'dry' },
    { side: 'target', pass: 'real' },
  ])('writes nothing where the $side is another directory by the $pass pass', async (row) => {
    const flow = await openFlow();
    // An empty source would empty the target; a target of somebody else's would be emptied.
    const stranger = await flow[row.side].stranger();
    if (row.side === 'target') {
      mkdirSync(join(stranger.fromHere, 'precious'));
      writeFileSync(join(stranger.fromHere, 'precious', 'file'), 'of somebody else\n');
    }
    const untouched = walkTree(stranger.fromHere);
    const result = await flow.run({ ...row, mountPoint: stranger.mountPoint });
    expect(result.report.exitCode).toBe(10);
    const nothing = { files: 0, bytes: 0, deletions: 0 };
    const refused = { outcome: 'failed', code: 'guard-refused', ...nothing };
    expect(targetReport(result)).toMatchObject(refused);
    expect(targetReport(result)?.reason).toContain(`the ${row.side} directory is not`);
    expect(result.copies.map(({ pass }) => pass)).toEqual(
      row.pass === 'dry' ? ['dry'] : ['dry', 'dry', 'dry', 'real'],
    );
    expect(walkTree(stranger.fromHere)).toEqual(untouched);
    for (const { target, before } of result.copies) {
      expect(Object.keys(before.entries).length).toBeGreaterThan(1);
      expect(walkTree(target.fromHere)).toEqual(before);
    }
    const torn = expect.objectContaining({ state: 'syncing' });
    expect(flow.record()).toEqual(row.pass === 'dry' ? undefined : torn);
    await expectNothingLeft(flow, result);
  });
});
