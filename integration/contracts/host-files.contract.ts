import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HostFiles } from '../../src/ports/index.js';

export interface OpenedHostFiles {
  readonly files: HostFiles;
  /** An existing, empty, writable directory. */
  readonly directory: string;
  /** Makes a symbolic link, by other means than the port. */
  link(target: string, path: string): Promise<void>;
  /** Permission bits of a path, by other means than the port. */
  mode(path: string): Promise<number>;
  close(): Promise<void>;
}

export interface HostFilesHarness {
  readonly name: string;
  open(): Promise<OpenedHostFiles>;
}

/** What every {@link HostFiles} promises. */
export function describeHostFiles(harness: HostFilesHarness): void {
  describe(`host files contract: ${harness.name}`, () => {
    let opened: OpenedHostFiles;
    let files: HostFiles;
    const at = (name: string): string => `${opened.directory}/${name}`;
    beforeAll(async () => {
      opened = await harness.open();
      files = opened.files;
    });
    afterAll(async () => {
      await opened.close();
    });

    it('reads back what it wrote, whatever the text', async () => {
      for (const text of [
        '',
        'one line',
        'two\nlines\n\n',
        'ä 😀 \u0001 $HOME `id` \\ "quoted"\n',
      ]) {
        await files.writeTextAtomically(at('text'), text);
        expect(await files.readText(at('text'), 1000)).toBe(text);
      }
      expect(await opened.mode(at('text'))).toBe(0o600);
    });

    it('replaces a file whole and leaves nothing beside it', async () => {
      await files.makeDirectory(at('replace'));
      await files.writeTextAtomically(at('replace/file'), 'a long first text\n');
      await files.writeTextAtomically(at('replace/file'), 'short\n');
      expect(await files.readText(at('replace/file'), 1000)).toBe('short\n');
      expect(await files.list(at('replace'))).toEqual([{ name: 'file', kind: 'file' }]);
    });

    it('finds nothing where there is no file', async () => {
      expect(await files.readText(at('absent'), 10)).toBeUndefined();
      expect(await files.readText(at('absent/deeper'), 10)).toBeUndefined();
      expect(await files.list(at('absent'))).toEqual([]);
    });

    it('refuses a file that is larger than allowed, and reads one of just that size', async () => {
      await files.writeTextAtomically(at('size'), '0123456789');
      expect(await files.readText(at('size'), 10)).toBe('0123456789');
      await expect(files.readText(at('size'), 9)).rejects.toMatchObject({
        code: 'file-unreadable',
      });
    });

    it('says which path cannot be read', async () => {
      await files.makeDirectory(at('directory'));
      await expect(files.readText(at('directory'), 10)).rejects.toMatchObject({
        code: 'file-unreadable',
        message: expect.stringContaining(at('directory')) as unknown,
      });
    });

    it('appends line by line', async () => {
      await files.appendDurably(at('journal'), 'first\n');
      await files.appendDurably(at('journal'), 'second $x \\n\n');
      await files.appendDurably(at('journal'), '');
      expect(await files.readText(at('journal'), 1000)).toBe('first\nsecond $x \\n\n');
      expect(await opened.mode(at('journal'))).toBe(0o600);
    });

    it('does not append where there is no directory', async () => {
      await expect(files.appendDurably(at('no/journal'), 'x')).rejects.toMatchObject({
        code: 'file-unreadable',
      });
    });

    it('lists entries by name with their kind', async () => {
      await files.makeDirectory(at('list/sub'));
      await files.writeTextAtomically(at('list/b c'), '');
      await files.writeTextAtomically(at('list/-a\nnewline'), '');
      await opened.link('/etc', at('list/link'));
      expect(await files.list(at('list'))).toEqual([
        { name: '-a\nnewline', kind: 'file' },
        { name: 'b c', kind: 'file' },
        { name: 'link', kind: 'other' },
        { name: 'sub', kind: 'directory' },
      ]);
    });

    it('lists a directory that is reached by a link', async () => {
      await files.makeDirectory(at('linked/sub'));
      await opened.link(at('linked'), at('to-linked'));
      expect(await files.list(at('to-linked'))).toEqual([{ name: 'sub', kind: 'directory' }]);
    });

    it('makes directories and their parents for us alone', async () => {
      await files.makeDirectory(at('one/two/three'));
      await files.makeDirectory(at('one/two/three'));
      expect(await opened.mode(at('one'))).toBe(0o700);
      expect(await opened.mode(at('one/two/three'))).toBe(0o700);
    });

    it('removes files and empty directories, once or twice', async () => {
      await files.makeDirectory(at('remove'));
      await files.writeTextAtomically(at('remove/file'), 'x');
      await expect(files.removeDirectory(at('remove'))).rejects.toMatchObject({
        code: 'file-unreadable',
      });
      await files.removeFile(at('remove/file'));
      await files.removeFile(at('remove/file'));
      await files.removeDirectory(at('remove'));
      await files.removeDirectory(at('remove'));
      expect(await files.list(at('remove'))).toEqual([]);
    });

    describe('beneath a guest’s root', () => {
      beforeAll(async () => {
        await files.makeDirectory(at('guest/etc/conf.d'));
        await files.writeTextAtomically(at('guest/etc/fstab'), '/dev/xvda1 / ext4\n');
        await opened.link('/etc', at('guest/evil'));
        await opened.link('etc', at('guest/inner'));
        await opened.link('/etc/passwd', at('guest/etc/passwd'));
      });

      it('reads a file', async () => {
        const read = (path: string) => files.readTextBeneath(at('guest'), path, 1000);
        expect(await read('etc/fstab')).toBe('/dev/xvda1 / ext4\n');
        expect(await read('/etc/fstab')).toBe('/dev/xvda1 / ext4\n');
      });

      it('finds nothing where there is nothing', async () => {
        for (const path of ['etc/absent', 'absent/fstab']) {
          expect(await files.readTextBeneath(at('guest'), path, 1000)).toBeUndefined();
        }
      });

      it.each(['evil/passwd', 'inner/fstab', 'etc/passwd', 'etc/../etc/fstab', '..', 'etc', ''])(
        'refuses %j',
        async (path) => {
          await expect(files.readTextBeneath(at('guest'), path, 1000)).rejects.toMatchObject({
            code: path === '' ? 'internal' : 'file-unreadable',
          });
        },
      );

      it('bounds what it reads', async () => {
        await expect(files.readTextBeneath(at('guest'), 'etc/fstab', 5)).rejects.toMatchObject({
          code: 'file-unreadable',
        });
      });
    });
  });
}
