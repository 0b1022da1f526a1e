import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Command, CommandRunner } from '../../ports/index.js';
import { createLocalRunner } from '../local/index.js';
import { createHostFiles } from './adapter.js';
import { makeDirectoryArgv, readBeneathArgv } from './argv.js';
import { parseList } from './parse.js';

const hostName = 'dom0a';
const local = createLocalRunner({ hostName });

/** A connection that breaks in the middle of every input: the far side sees an end of file. */
const breaking: CommandRunner = {
  run: (command: Command) =>
    local.run({ ...command, stdin: String(command.stdin ?? '').slice(0, 5) }),
  start: () => Promise.reject(new Error('not used here')),
};

describe('host files over a connection that breaks', () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'xen-backup-files-'));
  });
  afterAll(() => {
    rmSync(directory, { recursive: true });
  });

  it('keeps the old text when the new one does not arrive whole', async () => {
    const path = join(directory, 'record');
    writeFileSync(path, 'old text\n');
    const write = createHostFiles({ runner: breaking, hostName }).writeTextAtomically(
      path,
      'new text\n',
    );
    await expect(write).rejects.toMatchObject({ code: 'file-unreadable' });
    expect(readFileSync(path, 'utf8')).toBe('old text\n');
  });

  it('appends nothing of a line that does not arrive whole', async () => {
    const path = join(directory, 'journal');
    writeFileSync(path, 'first\n');
    const append = createHostFiles({ runner: breaking, hostName }).appendDurably(path, 'second\n');
    await expect(append).rejects.toMatchObject({ code: 'file-unreadable' });
    expect(readFileSync(path, 'utf8')).toBe('first\n');
  });
});

describe('host files argv', () => {
  it('names every ancestor, so that each gets mode 0700', () => {
    expect(makeDirectoryArgv('/run/xen-backup//locks/')).toEqual([
      ...['mkdir', '-p', '-m', '700', '--'],
      ...['/run', '/run/xen-backup', '/run/xen-backup/locks'],
    ]);
  });

  it('refuses relative paths', () => {
    expect(() => makeDirectoryArgv('run')).toThrow('absolute');
  });

  it('hands guests’ path components over as arguments', () => {
    const argv = readBeneathArgv('/m', 'etc//./$(id)/-x', 10);
    expect(argv.slice(3)).toEqual(['xen-backup-read', '/m', '10', 'etc', '$(id)', '-x']);
  });
});

describe('parseList', () => {
  it.each(['f name', 'fname\0', 'f \0', 'f a/b\0', 'f a\0rest', 'some error text'])(
    'refuses %j',
    (output) => {
      expect(() => parseList(output)).toThrow(/find/);
    },
  );
});
