import {
  chmodSync,
  chownSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createHostFiles } from '../../src/adapters/host-files/index.js';
import { createLocalRunner } from '../../src/adapters/local/index.js';
import { createLocks } from '../../src/adapters/locks/index.js';
import { systemClock as clock } from '../../src/composition/system-clock.js';
import { describeCommandRunner } from './command-runner.contract.js';
import { describeHostFiles } from './host-files.contract.js';
import { describeLocks } from './locks.contract.js';
import { isAliveHere, killByArgument, shellCommands } from './shell-commands.js';

const hostName = 'here';
const runner = createLocalRunner({ hostName });

describeCommandRunner({
  name: 'local runner',
  commands: shellCommands,
  open: async () => {
    const own = createLocalRunner({ hostName });
    return {
      runner: own,
      isAlive: async (processId) => isAliveHere(processId),
      close: () => own.close(),
    };
  },
});

function temporaryDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'xen-backup-contract-'));
}

describeHostFiles({
  name: 'this machine',
  open: async () => {
    const directory = temporaryDirectory();
    return {
      files: createHostFiles({ runner, hostName }),
      directory,
      link: async (target, path) => {
        symlinkSync(target, path);
      },
      mode: async (path) => statSync(path).mode & 0o777,
      close: async () => {
        rmSync(directory, { recursive: true });
      },
    };
  },
});

describeLocks({
  name: 'this machine',
  open: async () => {
    const directory = temporaryDirectory();
    const files = createHostFiles({ runner, hostName });
    return {
      first: createLocks({ clock, runner, files, hostName, directory }),
      second: createLocks({
        clock,
        runner: createLocalRunner({ hostName }),
        files,
        hostName,
        directory,
      }),
      killHolder: async (name) => {
        killByArgument(`${directory}/${name}.lock`);
      },
      close: async () => {
        rmSync(directory, { recursive: true });
      },
    };
  },
});

describe('the directory of the locks on this machine', () => {
  const owner = { runId: 'abcdefghij', controller: 'here', processId: 1, since: '2026' };
  const spoilt: Record<string, (around: string) => void> = {
    'is open to others': (around) => {
      chmodSync(`${around}/xen-backup/locks`, 0o755);
    },
    'lies in one that is open to others': (around) => {
      chmodSync(`${around}/xen-backup`, 0o711);
    },
    'is a link': (around) => {
      renameSync(`${around}/xen-backup/locks`, `${around}/elsewhere`);
      symlinkSync(`${around}/elsewhere`, `${around}/xen-backup/locks`);
    },
    'is reached through a link': (around) => {
      renameSync(`${around}/xen-backup`, `${around}/elsewhere`);
      symlinkSync(`${around}/elsewhere`, `${around}/xen-backup`);
    },
  };
  if (process.getuid?.() === 0) {
    spoilt['belongs to somebody else'] = (around) => {
      chownSync(`${around}/xen-backup`, 65_534, 65_534);
    };
  }

  it.each(Object.entries(spoilt))(
    'is refused when it %s, and nothing is written',
    async (_, spoil) => {
      const around = temporaryDirectory();
      const directory = `${around}/xen-backup/locks`;
      const files = createHostFiles({ runner, hostName });
      const locks = createLocks({ clock, runner, files, hostName, directory });
      await files.makeDirectory(directory);
      spoil(around);
      await expect(locks.tryLock('web', owner)).rejects.toMatchObject({
        code: 'ownership-unproven',
        message: expect.stringContaining(directory) as unknown,
      });
      expect(readFileSync(`${directory}/web.lock`, 'utf8')).toBe('');
      rmSync(around, { recursive: true });
    },
  );
});
