import { createLocalRunner } from '../../src/adapters/local/runner.js';
import { describeCommandRunner } from './command-runner.contract.js';
import { isAliveHere, shellCommands } from './shell-commands.js';

describeCommandRunner({
  name: 'local runner',
  commands: shellCommands,
  open: async () => ({
    runner: createLocalRunner({ host: 'here' }),
    isAlive: async (processId) => isAliveHere(processId),
    close: async () => undefined,
  }),
});
