import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { allFileSystems } from '../../src/core/index.js';
import { Stage } from '../flow/stage.js';
import { buildLayout, type BuiltLayout } from './build-layout.js';
import { type GuestFstab, writeFstab } from './guest-fstab.js';
import { anyLayout, type RandomLayout } from './random-layout.js';
import { scenarioOf } from './scenario-of.js';
import { WatchedSteps } from './watched-steps.js';

// Hundreds of plans on simulated hosts, beside everything else that two cores do.
vi.setConfig({ testTimeout: 240_000 });

/** A guest of some layout on simulated hosts, and what must be found of it. */
async function stageOf(layout: RandomLayout) {
  const built = buildLayout(layout);
  const fstab = writeFstab(layout, built);
  const stage = await Stage.open(scenarioOf(layout, built));
  return { built, fstab, stage, watched: new WatchedSteps() };
}

/** Layouts that bear a file system. */
const replicable = anyLayout.filter((layout) => buildLayout(layout).fileSystems.length > 0);

/** Positions in order, each with the guest's own name for the place. */
function expectedMounts({ fileSystems }: BuiltLayout, { placed }: GuestFstab) {
  return new Map(fileSystems.map(({ position, uuid }) => [position, placed.get(uuid)]));
}

function isBelow(path: string, parent: string): boolean {
  return path !== parent && path.startsWith(parent === '/' ? '/' : `${parent}/`);
}

describe('any layout of disks, tables, volume groups, file systems and fstab', () => {
  it('is opened, mounted and taken down in exact reverse, with every file system found once', async () => {
    await fc.assert(
      fc.asyncProperty(replicable, async (layout) => {
        const { built, fstab, stage, watched } = await stageOf(layout);
        const before = ['dom0a', 'dom0b'].map((host) => stage.trees(host, 'guest'));
        const { report, plans } = await stage.look(watched.listen);
        expect(report.exitCode, JSON.stringify(report)).toBe(0);
        const [plan] = plans;

        // Every file system once, where and as what it was made, on both hosts alike.
        const made = built.fileSystems.map(({ position, type, uuid }) => [position, type, uuid]);
        const trees = [plan?.tree, plan?.targets[0]?.tree];
        for (const tree of trees) {
          const found = tree === undefined ? [] : allFileSystems(tree);
          const told = found.map(({ position, content }) => [position, content.type, content.uuid]);
          expect(told.toSorted()).toEqual(made.toSorted());
        }
        const transfers = plan?.targets[0]?.transfers ?? [];
        const positions = (isFiles: boolean) =>
          transfers
            .filter(({ by }) => (by === 'files') === isFiles)
            .map(({ position }) => position)
            .toSorted();
        expect(positions(true)).toEqual(
          built.fileSystems.map(({ position }) => position).toSorted(),
        );
        expect(positions(false)).toEqual(built.others.toSorted());
        expect(plan?.notCopied).toEqual([]);

        // Where the guest's own fstab says, parents before children, on both hosts.
        const order = plan?.mounts.order ?? [];
        const places = new Map(order.map(({ position, guestPath }) => [position, guestPath]));
        expect(places).toEqual(expectedMounts(built, fstab));
        const paths = order.flatMap(({ guestPath }) => guestPath ?? []);
        for (const [index, parent] of paths.entries()) {
          expect(paths.slice(0, index).filter((path) => isBelow(path, parent))).toEqual([]);
        }
        for (const host of ['dom0a', 'dom0b']) {
          expect(watched.mounted.get(host)).toEqual(order.map(({ position }) => position));
        }

        // Taken down in exact reverse, nothing left, nothing changed.
        expect(watched.violations).toEqual([]);
        expect(watched.left).toEqual([]);
        expect(await stage.left()).toEqual([]);
        const after = ['dom0a', 'dom0b'].map((host) => stage.trees(host, 'guest'));
        expect(after).toEqual(before);
      }),
      { numRuns: 200 },
    );
  });

  it('is copied: the standby is the same, and nothing is left', async () => {
    await fc.assert(
      fc.asyncProperty(replicable, async (layout) => {
        const { built, stage, watched } = await stageOf(layout);
        const differing = () => stage.differences('guest', 'dom0a', 'dom0b');
        expect(differing()).toHaveLength(built.fileSystems.length);
        const report = await stage.run({ onEvent: watched.listen });
        expect(report.exitCode, JSON.stringify(report)).toBe(0);
        expect(differing()).toEqual([]);
        expect(watched.violations).toEqual([]);
        expect(watched.left).toEqual([]);
        expect(await stage.left()).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });

  it('goes by blocks and headers alone when no file system is on it, and nothing is left', async () => {
    const bare = anyLayout.filter((layout) => buildLayout(layout).fileSystems.length === 0);
    await fc.assert(
      fc.asyncProperty(bare, async (layout) => {
        const { built, stage, watched } = await stageOf(layout);
        const { report, plans } = await stage.look(watched.listen);
        expect(report.exitCode, JSON.stringify(report)).toBe(0);
        const transfers = plans[0]?.targets[0]?.transfers ?? [];
        expect(transfers.map(({ position }) => position).toSorted()).toEqual(
          built.others.toSorted(),
        );
        expect(watched.violations).toEqual([]);
        expect(await stage.left()).toEqual([]);
      }),
      { numRuns: 5 },
    );
  });
});
