import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SimulatedFileSystem } from '../filesystem/file-system.js';
import { addMachine, createWorld } from '../world/create.js';
import type { Machine } from '../world/state.js';
import { keyOf, sectorsOf } from './devices.js';
import { addDisk } from './disks.js';
import { createMap } from './maps.js';
import { resolveRange, wholeOf } from './resolve.js';
import type { BlockDevice, Target } from './types.js';

function newMachine(): Machine {
  const world = createWorld({ seed: 'resolve' });
  const root = SimulatedFileSystem.make({ type: 'ext4', sizeBytes: 1 << 30 });
  return addMachine(world, { name: 'dom0a', rootFileSystem: root });
}

/** A device and what each of its sectors holds, in the plain model. */
interface Modelled {
  readonly device: BlockDevice;
  readonly sectors: readonly string[];
}

const chunk = 4;

/** Recipes of maps over devices made before; `pick` is taken modulo what there is. */
const recipe = fc.oneof(
  fc.record({
    kind: fc.constant('linear' as const),
    parts: fc.array(
      fc.record({ pick: fc.nat(), offset: fc.nat(), length: fc.integer({ min: 1, max: 24 }) }),
      { minLength: 1, maxLength: 3 },
    ),
  }),
  fc.record({
    kind: fc.constant('striped' as const),
    picks: fc.array(fc.nat(), { minLength: 2, maxLength: 3 }),
    rows: fc.integer({ min: 1, max: 3 }),
  }),
);

type Recipe = typeof recipe extends fc.Arbitrary<infer T> ? T : never;

function choose(models: readonly Modelled[], pick: number): Modelled {
  const chosen = models[pick % models.length];
  if (chosen === undefined) throw new Error('nothing to choose from');
  return chosen;
}

function build(
  machine: Machine,
  models: readonly Modelled[],
  plan: Recipe,
  name: string,
): Modelled {
  const { table, sectors } = plan.kind === 'linear' ? linear(models, plan) : striped(models, plan);
  const device = createMap(machine, { name, uuid: '', access: 'read-write', table });
  return { device, sectors };
}

function linear(
  models: readonly Modelled[],
  plan: Extract<Recipe, { kind: 'linear' }>,
): { table: Target[]; sectors: string[] } {
  const table: Target[] = [];
  const sectors: string[] = [];
  for (const part of plan.parts) {
    const lower = choose(models, part.pick);
    const offset = part.offset % lower.sectors.length;
    const shown = lower.sectors.slice(offset, offset + part.length);
    const device = keyOf(lower.device.number);
    table.push({ kind: 'linear', start: sectors.length, sectors: shown.length, device, offset });
    sectors.push(...shown);
  }
  return { table, sectors };
}

function striped(
  models: readonly Modelled[],
  plan: Extract<Recipe, { kind: 'striped' }>,
): { table: Target[]; sectors: string[] } {
  const lowers = plan.picks.map((pick) => choose(models, pick));
  const fitting = Math.min(...lowers.map((lower) => Math.floor(lower.sectors.length / chunk)));
  const rows = Math.min(plan.rows, fitting);
  if (rows === 0)
    return linear(models, { kind: 'linear', parts: [{ pick: 0, offset: 0, length: 1 }] });
  const sectors: string[] = [];
  for (let row = 0; row < rows; row += 1) {
    for (const lower of lowers)
      sectors.push(...lower.sectors.slice(row * chunk, (row + 1) * chunk));
  }
  const stripes = lowers.map((lower) => ({ device: keyOf(lower.device.number), offset: 0 }));
  const table: Target[] = [
    { kind: 'striped', start: 0, sectors: sectors.length, chunkSectors: chunk, stripes },
  ];
  return { table, sectors };
}

describe('resolving a range of a device', () => {
  it('gives the same sectors as a plain array for any stack of linear and striped maps', () => {
    fc.assert(
      fc.property(
        fc.array(recipe, { minLength: 1, maxLength: 8 }),
        fc.nat(),
        fc.nat(),
        (plans, from, length) => {
          const machine = newMachine();
          const models: Modelled[] = ['vda', 'vdb', 'vdc'].map((name, index) => {
            const device = addDisk(machine, { name, sizeBytes: (20 + index * 12) * 512 });
            const sectors = Array.from(
              { length: sectorsOf(device) },
              (_, sector) => `${device.space}:${sector}`,
            );
            return { device, sectors };
          });
          plans.forEach((plan, index) => models.push(build(machine, models, plan, `m${index}`)));

          for (const { device, sectors } of models) {
            const start = from % sectors.length;
            const count = length % (sectors.length - start + 1);
            const range = { start, sectors: count };
            const resolved = resolveRange(machine, keyOf(device.number), range).flatMap((extent) =>
              Array.from(
                { length: extent.sectors },
                (_, i) => `${extent.space}:${extent.start + i}`,
              ),
            );
            expect(resolved).toEqual(sectors.slice(start, start + count));
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it('is an input/output error beyond the end of the device', () => {
    const machine = newMachine();
    const disk = addDisk(machine, { name: 'vdb', sizeBytes: 10 * 512 });
    expect(() => resolveRange(machine, '254:16', { start: 5, sectors: 6 })).toThrow(
      /input\/output/,
    );
    expect(resolveRange(machine, '254:16', wholeOf(disk))).toHaveLength(1);
  });

  it('joins pieces that continue one another, so that equal layouts compare equal', () => {
    const machine = newMachine();
    addDisk(machine, { name: 'vdb', sizeBytes: 100 * 512 });
    createMap(machine, {
      name: 'joined',
      uuid: '',
      access: 'read-write',
      table: [
        { kind: 'linear', start: 0, sectors: 10, device: '254:16', offset: 20 },
        { kind: 'linear', start: 10, sectors: 5, device: '254:16', offset: 30 },
      ],
    });
    expect(resolveRange(machine, '253:0', { start: 0, sectors: 15 })).toEqual([
      { space: 'dom0a/vdb', view: 'live', start: 20, sectors: 15 },
    ]);
  });
});
