import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { parseProbe } from '../../src/adapters/blkid/parse.js';
import { parseMapStatus } from '../../src/adapters/dmsetup/parse.js';
import { parseAddedMaps, parseRemovedMaps } from '../../src/adapters/kpartx/parse.js';
import { meaningOfFailure } from '../../src/adapters/lvm/outcome.js';
import { parseSnapshotStatus } from '../../src/adapters/lvm/parse.js';
import { parseSegments } from '../../src/adapters/lvm/parse-guest.js';
import {
  parseMountInfo,
  parseRootIdentity,
  unmountOutcome,
} from '../../src/adapters/mount/parse.js';
import { parseJsonTable, parseMachineTable } from '../../src/adapters/parted/parse.js';
import { saysMapIsAbsent } from '../../src/adapters/shared/index.js';
import type { CommandResult } from '../../src/ports/index.js';

const raw = new URL('../lab/recorded-raw/', import.meta.url);
const schema = z.object({
  argv: z.tuple([z.string()], z.string()),
  exitCode: z.int(),
  stdout: z.string(),
  stderr: z.string(),
  durationMs: z.number(),
});

/** What the lab recorded of the commands whose output the block adapters read. */
const expectations: readonly (readonly [RegExp, (recording: CommandResult) => void])[] = [
  [
    /^kpartx -a /,
    ({ stdout, argv }) => {
      const maps = parseAddedMaps(stdout);
      expect(maps.length).toBeGreaterThan(0);
      for (const { name, number } of maps) {
        expect(argv.at(-1)).toBe(`/dev/mapper/${name.replace(new RegExp(`p${number}$`), '')}`);
      }
    },
  ],
  [
    /^kpartx -d /,
    ({ stdout }) => {
      expect(parseRemovedMaps(stdout).busy).toEqual([]);
    },
  ],
  [
    /^dmsetup status xen-backup-abcdefghij-2$/,
    ({ exitCode, stdout, stderr }) => {
      if (exitCode === 0) expect(parseMapStatus(stdout)).toMatch(/^0 \d+ linear$/);
      else expect(saysMapIsAbsent(stderr)).toBe(true);
    },
  ],
  [
    /^dmsetup status VolGroupXX-xen--backup--/,
    ({ stdout }) => {
      expect(parseSnapshotStatus(stdout)).toMatchObject({ kind: 'healthy' });
    },
  ],
  [
    /^dmsetup (?:remove|info) .*xen-backup-abcdefghij-2$/,
    ({ exitCode, stderr }) => {
      if (exitCode === 0) return;
      expect(saysMapIsAbsent(stderr)).not.toBe(stderr.includes('Device or resource busy'));
    },
  ],
  [
    /^blkid -p -o export /,
    ({ stdout }) => {
      expect(parseProbe(stdout).content.kind).not.toBe('other');
    },
  ],
  [
    /^parted -s -[jm] /,
    ({ argv, stdout }) => {
      const table = argv.includes('-j') ? parseJsonTable(stdout) : parseMachineTable(stdout);
      expect(table).toMatchObject({ label: 'msdos', partitions: [{ number: 1 }, { number: 2 }] });
    },
  ],
  [
    /mountinfo$/,
    ({ stdout }) => {
      for (const mount of parseMountInfo(stdout)) {
        expect(mount.mountPoint).toMatch(/^\/run\/xen-backup\/m\/\d$/);
        expect(mount.options).toEqual(expect.arrayContaining(['ro', 'nosuid', 'nodev', 'noexec']));
      }
    },
  ],
  [
    /^stat -c %d %i /,
    ({ exitCode, stdout }) => {
      if (exitCode === 0) expect(parseRootIdentity(stdout).device).toMatch(/^\d+$/);
    },
  ],
  [
    /^umount /,
    ({ exitCode, stderr }) => {
      expect(unmountOutcome(exitCode, stderr)).toBe(exitCode === 0 ? 'done' : 'not-mounted');
    },
  ],
  [
    /^lvs --segments /,
    ({ stdout }) => {
      // Recorded without the column that tells a guest's own snapshots apart.
      const text = stdout.replaceAll('"devices":', '"lv_attr":"-wi-------", "devices":');
      for (const { areas, ranges, stripes } of parseSegments(text)) {
        expect(areas).toHaveLength(stripes);
        expect(ranges).toHaveLength(stripes);
      }
    },
  ],
  [
    /^lvremove /,
    (recording) => {
      if (recording.exitCode !== 0) expect(meaningOfFailure(recording)).toBe('volume-busy');
    },
  ],
];

const recordings = readdirSync(raw, { recursive: true, encoding: 'utf8' })
  // Those of KVM have a test of their own, on the simulated host they were made on.
  .filter((file) => file.endsWith('.json') && !file.startsWith('kvm/'))
  .sort()
  .map((file) => {
    const recording = schema.parse(JSON.parse(readFileSync(new URL(file, raw), 'utf8')));
    const expectation = expectations.find(([pattern]) => pattern.test(recording.argv.join(' ')));
    return { file, recording, check: expectation?.[1] };
  })
  .filter(({ check }) => check !== undefined);

it.each(recordings)('the block adapters understand the lab’s $file', ({ recording, check }) => {
  check?.(recording);
});

it('every expectation met a recording of the lab', () => {
  for (const [pattern] of expectations) {
    expect(recordings.some(({ recording }) => pattern.test(recording.argv.join(' ')))).toBe(true);
  }
});
