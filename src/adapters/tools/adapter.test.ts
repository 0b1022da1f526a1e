import { describe, expect, it } from 'vitest';
import type { CommandRunner } from '../../ports/index.js';
import { createLocalRunner } from '../local/index.js';
import { createToolInspector } from './adapter.js';
import { parseFoundTools } from './parse.js';
import { versionQuestions } from './versions.js';

const hostName = 'dom0a';
const inspector = createToolInspector({ runner: createLocalRunner({ hostName }), hostName });

// First lines of real answers (Debian 12).
const answers: Readonly<Record<string, readonly [output: string, version: string]>> = {
  virsh: ['9.0.0\n', '9.0.0'],
  lvm: [
    '  LVM version:     2.03.16(2) (2022-05-18)\n  Library version: 1.02.185 (2022-05-18)\n',
    '2.03.16(2)',
  ],
  parted: ['parted (GNU parted) 3.5\nCopyright (C) 2022 Free Software Foundation, Inc.\n', '3.5'],
  rsync: ['rsync  version 3.5.0  protocol version 32\nCopyright (C) 1996-2026\n', '3.5.0'],
  blkid: ['blkid from util-linux 2.38.1  (libblkid 2.38.1, 04-Aug-2022)\n', '2.38.1'],
  mount: ['mount from util-linux 2.38.1 (libmount 2.38.1: selinux, smack)\n', '2.38.1'],
  flock: ['flock from util-linux 2.38.1\n', '2.38.1'],
  dmsetup: ['Library version:   1.02.185 (2022-05-18)\nDriver version:    4.47.0\n', '1.02.185'],
  udevadm: ['252\n', '252'],
};

describe('tool inspector', () => {
  it.each(Object.keys(versionQuestions))('reads the version of %s', (tool) => {
    const [output, version] = answers[tool]!;
    expect(versionQuestions[tool]!.answer.exec(output)?.[1]).toBe(version);
  });

  // As rsync's own version function writes it, in each release.
  it.each([
    ['rsync  version 3.1.3  protocol version 31\n', '3.1.3'],
    ['rsync  version 3.2.3  protocol version 31\n', '3.2.3'],
    ['rsync  version v3.2.4pre1  protocol version 31\n', '3.2.4pre1'],
  ])('reads the version of rsync from %j', (output, version) => {
    expect(versionQuestions['rsync']!.answer.exec(output)?.[1]).toBe(version);
  });

  it('tells tools that are there from tools that are not, in the order asked', async () => {
    expect(await inspector.inspect(['sh', 'no-such-tool', 'flock'])).toEqual([
      { tool: 'sh', version: 'present' },
      { tool: 'no-such-tool' },
      { tool: 'flock', version: expect.stringMatching(/^\d/) },
    ]);
  });

  it('takes a version that it does not understand for a surprise', async () => {
    const runner: CommandRunner = {
      run: async ({ argv }) => ({
        argv,
        exitCode: 0,
        stdout: argv[0] === 'sh' ? 'rsync\t/usr/bin/rsync\n' : 'openrsync: protocol version 29\n',
        stderr: '',
        durationMs: 1,
      }),
      start: () => Promise.reject(new Error('not used here')),
    };
    const inspect = createToolInspector({ runner, hostName }).inspect(['rsync']);
    await expect(inspect).rejects.toMatchObject({ code: 'output-unexpected' });
  });

  it('knows network interfaces and files', async () => {
    expect(await inspector.hasNetworkInterface('lo')).toBe(true);
    expect(await inspector.hasNetworkInterface('xenbr99')).toBe(false);
    expect(await inspector.hasNetworkInterface('../../../etc')).toBe(false);
    expect(await inspector.hasFile('/proc/self/stat')).toBe(true);
    expect(await inspector.hasFile('/proc')).toBe(false);
    expect(await inspector.hasFile('/absent')).toBe(false);
  });
});

describe('parseFoundTools', () => {
  it.each(['', 'a\t/bin/a\n', 'b\t\na\t/bin/a\n', 'a\t/bin/a\nb\n', 'a\t/x\nb\t/y\nc\t/z\n'])(
    'refuses %j as an answer about a and b',
    (output) => {
      expect(() => parseFoundTools(['a', 'b'], output)).toThrow('list of tools');
    },
  );
});
