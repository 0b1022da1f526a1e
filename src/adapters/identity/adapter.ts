import type { HostName } from '../../core/model/index.js';
import type {
  CommandResult,
  CommandRunner,
  HostIdentity,
  HostIdentityReader,
} from '../../ports/index.js';
import { expectSuccess, unexpectedOutput } from '../shared/index.js';
import { identityArgv as argv } from './argv.js';

// A UUID, then a node name; a newline after each.
const answer = /^([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})\n([^\n]+)\n$/;

/** What the adapter needs of its host. */
export interface HostIdentityReaderOptions {
  readonly runner: CommandRunner;
  readonly hostName: HostName;
}

/** Reads who a machine is, from what its kernel says in /proc. */
export function createHostIdentityReader(options: HostIdentityReaderOptions): HostIdentityReader {
  const { runner, hostName } = options;
  return {
    read: async () => parseIdentity(hostName, expectSuccess(hostName, await runner.run({ argv }))),
  };
}

function parseIdentity(host: HostName, { stdout }: CommandResult): HostIdentity {
  const match = answer.exec(stdout);
  if (match === null) {
    const what = `boot id and name of ${host} are not understood`;
    throw unexpectedOutput(what, stdout, { host, argv });
  }
  const [, bootId = '', nodeName = ''] = match;
  return { bootId, nodeName };
}
