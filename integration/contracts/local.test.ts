import { mkdtempSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
  open: async () => ({
    runner,
    isAlive: async (processId) => isAliveHere(processId),
    close: async () => undefined,
  }),
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
