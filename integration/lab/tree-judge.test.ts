import { copyFile, mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fillOddFiles } from './build/article-root.js';
import { compareFileSystem, type Difference } from './compare.js';
import { outside } from './outside.js';
import { readTree } from './probes/tree.js';

interface Change {
  readonly title: string;
  readonly script: string;
  /** Below /odd, its bytes as latin1. */
  readonly name: string;
  readonly what: RegExp;
}

const change = (title: string, script: string, name: string, what: RegExp): Change => ({
  title,
  script,
  name,
  what,
});

const latin1 = (text: string): string => Buffer.from(text).toString('latin1');

const changes: readonly Change[] = [
  change(
    'other content behind an equal size and time',
    'cd sparse; touch -r dense ../../t; printf X | dd of=dense bs=1 seek=999 conv=notrunc status=none; touch -r ../../t dense; rm ../../t',
    'sparse/dense',
    /^sha256/,
  ),
  change('a mode', 'chmod 0644 owners/mode-4755', 'owners/mode-4755', /^mode/),
  change('an owner', 'chown 2 owners/uid-500', 'owners/uid-500', /^uid/),
  change(
    'a time that differs by a nanosecond',
    "touch -d '2009-04-03 12:34:56.123456788' times/nanoseconds",
    'times/nanoseconds',
    /^mtimeNs: \d+789 .* \d+788/,
  ),
  change(
    'the time of a symbolic link',
    'touch -h -d 2010-01-01 times/old-link',
    'times/old-link',
    /^mtimeNs/,
  ),
  change(
    'the target of a symbolic link',
    'ln -s x ../t; touch -hr links/dangling ../t; ln -sfn elsewhere links/dangling; chown -h 1234:4321 links/dangling; touch -hr ../t links/dangling; rm ../t',
    'links/dangling',
    /^target/,
  ),
  change(
    'a hard link that became a copy',
    'cp -a links/second links/new; mv links/new links/second',
    'links/second',
    /^linkedTo/,
  ),
  change(
    'a user attribute',
    'setfattr -n user.comment -v other xattrs/plain',
    'xattrs/plain',
    /xattrs/,
  ),
  change(
    'a trusted attribute',
    'setfattr -x trusted.secret xattrs/trusted',
    'xattrs/trusted',
    /xattrs/,
  ),
  change('an ACL', 'setfacl -x u:1000 xattrs/acl', 'xattrs/acl', /xattrs/),
  change('a default ACL', 'setfacl -k xattrs/default-acl', 'xattrs/default-acl', /xattrs/),
  change('a capability', 'setcap -r xattrs/capable', 'xattrs/capable', /xattrs/),
  change(
    'a hole that was filled',
    'touch -r sparse/all-hole ../t; dd if=/dev/zero of=sparse/all-hole bs=1M count=32 conv=notrunc status=none; touch -r ../t sparse/all-hole; rm ../t',
    'sparse/all-hole',
    /^takes \d+ bytes/,
  ),
  change(
    'a device number',
    'rm devices/block; mknod devices/block b 7 201',
    'devices/block',
    /device/,
  ),
  change(
    'a fifo that became a file',
    'rm devices/pipe; touch devices/pipe',
    'devices/pipe',
    /^type/,
  ),
  change('a file that is missing', "rm $'names/new\\nline'", 'names/new\nline', /is missing/),
  change('a file too many', "touch 'names/日本'", latin1('names/日本'), /standby only/),
];

/** Each kind of difference is made on a copy, and must be seen: on this machine, without a host. */
describe('the judge of trees', () => {
  let folder: string;
  const at = (name: string): string => path.join(folder, name);

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'lab-tree-'));
    await writeFile(at('source.img'), '');
    await truncate(at('source.img'), 160 * 1024 ** 2);
    await outside(['mkfs.ext4', '-q', '-b', '4096', at('source.img')]);
    await mkdir(at('source'));
    await mkdir(at('standby'));
    await outside(['mount', '-o', 'loop', at('source.img'), at('source')]);
    await fillOddFiles(at('source'));
    await outside(['mount', '-o', 'remount,ro', at('source')]);
  });

  afterAll(async () => {
    await outside(['umount', at('source')]);
    await rm(folder, { recursive: true, force: true });
  });

  /** What the judge says about a copy on which `script` was run, below /odd. */
  async function judge(script: string, exclude: readonly string[] = []): Promise<Difference[]> {
    await copyFile(at('source.img'), at('standby.img'));
    await outside(['mount', '-o', 'loop', at('standby.img'), at('standby')]);
    try {
      await outside(['bash', '-e', '-c', script], { cwd: at('standby/odd') });
      const read = (name: string) => ({
        mountPoint: '/',
        needsRecovery: false,
        tree: readTree(at(name), exclude),
      });
      return compareFileSystem(read('source'), read('standby'));
    } finally {
      await outside(['umount', at('standby')]);
    }
  }

  test('reads every odd file and finds equal trees equal', async () => {
    expect(await judge('true')).toEqual([]);
    expect(Object.keys(readTree(at('source'), [])).length).toBeGreaterThan(120);
  });

  test('leaves out what it is told, with all below', async () => {
    const script =
      'touch names/new owners/new; chmod 700 sticky 2>/dev/null || chmod 700 xattrs/plain';
    const seen = await judge(script, ['/odd/names', '/odd/owners/*', '/odd/xattrs/plain']);
    // The folder itself is kept by `NAME/*`, and it has a new time.
    expect(seen.map((each) => each.name)).toEqual(['"/odd/owners"']);
  });

  test.each(changes)('sees $title', async ({ script, name, what }) => {
    // Folders of changed files get new times; each change is judged by the file itself.
    const differences = await judge(script);
    const found = differences.filter((each) => each.name === JSON.stringify(`/odd/${name}`));
    expect(found.map((each) => each.what).join('; ')).toMatch(what);
  });
});
