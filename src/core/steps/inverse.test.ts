import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inverse, inverseAll, type Step, type StepKind, stopsGuest } from './index.js';

/** One step of each kind: a kind that is added must be added here to compile. */
const examples: { readonly [Kind in StepKind]: Step & { readonly kind: Kind } } = {
  'install-rule': { kind: 'install-rule', host: 'a', path: '/run/udev/rules.d/56-x.rules' },
  'prove-rule': {
    kind: 'prove-rule',
    host: 'a',
    name: 'xen-backup-abcdefghij-0',
    uuid: 'XENBACKUP-abcdefghij-0',
  },
  'create-snapshot': {
    kind: 'create-snapshot',
    host: 'a',
    guest: 'dc1',
    volumeGroup: 'vg',
    origin: 'dc1',
    name: 'xen-backup-abcdefghij-1',
    storage: { kind: 'thick', sizeBytes: 4096 },
    tags: ['xen-backup', 'xen-backup-abcdefghij'],
  },
  'extend-snapshot': {
    kind: 'extend-snapshot',
    host: 'a',
    guest: 'dc1',
    volumeGroup: 'vg',
    origin: 'dc1',
    name: 'xen-backup-abcdefghij-1',
    tags: ['xen-backup', 'xen-backup-abcdefghij'],
    sizeBytes: 8192,
  },
  'attach-image': {
    kind: 'attach-image',
    host: 'a',
    guest: 'dc1',
    file: '/srv/dc1.img',
    image: { kind: 'raw', sectorBytes: 512 },
    sizeBytes: 4096,
    mountPoint: '/run/xen-backup/abcdefghij/xen-backup-abcdefghij-1',
    access: 'read-only',
  },
  'create-map': {
    kind: 'create-map',
    host: 'a',
    guest: 'dc1',
    name: 'xen-backup-abcdefghij-2',
    uuid: 'XENBACKUP-abcdefghij-2',
    access: 'read-only',
    segments: [],
  },
  'add-partition-maps': {
    kind: 'add-partition-maps',
    host: 'a',
    guest: 'dc1',
    device: '/dev/mapper/xen-backup-abcdefghij-2',
    access: 'read-only',
  },
  'prepare-mount-points': {
    kind: 'prepare-mount-points',
    host: 'a',
    guest: 'dc1',
    base: '/run/xen-backup/abcdefghij/3',
    sizeBytes: 4096,
    directories: ['/run/xen-backup/abcdefghij/3/0'],
  },
  mount: {
    kind: 'mount',
    host: 'a',
    guest: 'dc1',
    device: '/dev/mapper/xen-backup-abcdefghij-2p1',
    mountPoint: '/run/xen-backup/abcdefghij/3/0',
    fileSystemType: 'ext4',
    options: ['ro'],
  },
  'protect-mount-points': { kind: 'protect-mount-points', host: 'a', base: '/run/x' },
  'arm-release': {
    kind: 'arm-release',
    host: 'a',
    guest: 'dc1',
    name: 'xen-backup-abcdefghij-4',
    timer: 'systemd',
    limitMs: 30_000,
  },
  'pause-guest': {
    kind: 'pause-guest',
    host: 'a',
    guest: 'dc1',
    name: 'xen-backup-abcdefghij-4',
  },
  'freeze-guest': {
    kind: 'freeze-guest',
    host: 'a',
    guest: 'dc1',
    name: 'xen-backup-abcdefghij-4',
  },
};

const anyStep: fc.Arbitrary<Step> = fc
  .tuple(fc.constantFrom(...Object.values(examples)), fc.constantFrom('a', 'b'), fc.nat())
  .map(([step, host, number]) => ({ ...step, host, guest: `guest-${String(number)}` }));

const restingStep = anyStep.filter((step) => !stopsGuest(step));

describe('inverse', () => {
  it.each(Object.values(examples))('takes back $kind', (step) => {
    expect(inverse(step)).toMatchSnapshot();
  });

  it('proves a snapshot by name, origin and tags, a map by name and uuid', () => {
    expect(inverse(examples['create-snapshot'])).toEqual({
      kind: 'remove-snapshot',
      volumeGroup: 'vg',
      origin: 'dc1',
      name: 'xen-backup-abcdefghij-1',
      tags: ['xen-backup', 'xen-backup-abcdefghij'],
    });
    expect(inverse(examples['create-map'])).toEqual({
      kind: 'remove-map',
      name: 'xen-backup-abcdefghij-2',
      uuid: 'XENBACKUP-abcdefghij-2',
    });
  });

  it('leaves growth to the removal of the snapshot, which is proven without a size', () => {
    expect(inverse(examples['extend-snapshot'])).toEqual({ kind: 'nothing' });
    expect(inverse(examples['create-snapshot'])).not.toHaveProperty('sizeBytes');
  });

  it('needs nothing but what survives a journal', () => {
    fc.assert(
      fc.property(anyStep, (step) => {
        const read: unknown = JSON.parse(JSON.stringify(step));
        expect(inverse(read as Step)).toEqual(inverse(step));
      }),
    );
  });
});

describe('inverseAll', () => {
  it('is the exact reverse, one undo for each step, each on the host of its step', () => {
    fc.assert(
      fc.property(fc.array(restingStep), (steps) => {
        const undos = inverseAll(steps);
        expect(undos).toHaveLength(steps.length);
        steps.forEach((step, index) => {
          expect(undos[steps.length - 1 - index]).toEqual({
            ...inverse(step),
            host: step.host,
            guest: step.guest,
          });
        });
      }),
    );
  });

  it('lets stopped guests go on first, the rest in exact reverse', () => {
    fc.assert(
      fc.property(fc.array(anyStep), (steps) => {
        const undos = inverseAll(steps);
        const stopping = steps.filter(stopsGuest);
        expect(undos).toHaveLength(steps.length);
        expect(undos.slice(0, stopping.length)).toEqual(inverseAll(stopping));
        const others = steps.filter((step) => !stopsGuest(step));
        expect(undos.slice(stopping.length)).toEqual(inverseAll(others));
      }),
    );
  });

  it('undoes two halves as it undoes the whole: the second half first', () => {
    fc.assert(
      fc.property(fc.array(restingStep), fc.array(restingStep), (first, second) => {
        expect(inverseAll([...first, ...second])).toEqual([
          ...inverseAll(second),
          ...inverseAll(first),
        ]);
      }),
    );
  });
});
