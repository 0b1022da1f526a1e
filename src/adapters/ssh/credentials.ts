import type { AnyAuthMethod } from 'ssh2';
import { together } from '../../core/concurrency/index.js';
import { ChosenIdentities } from './agent.js';
import { type IdentityFile, readIdentityFile } from './identity-files.js';
import type { SshSettings } from './settings.js';

/** What can be offered to a server, in order, and what cannot and why. */
export interface Credentials {
  readonly methods: readonly AnyAuthMethod[];
  /** One sentence for each key that is of no use. */
  readonly reasons: readonly string[];
}

/** The agent's keys, then those of the identity files. Passwords are never used. */
export async function loadCredentials(settings: SshSettings): Promise<Credentials> {
  const { user: username, agentSocket, identitiesOnly } = settings;
  const read = await together(settings.identityFiles.map((path) => readIdentityFile(path)));
  const files = read.filter((file): file is IdentityFile => file !== undefined);
  const agent: AnyAuthMethod[] =
    agentSocket === undefined
      ? []
      : [
          {
            type: 'agent',
            username,
            agent: new ChosenIdentities(
              agentSocket,
              files.flatMap(publicKeyOf),
              identitiesOnly ? 'preferred-only' : 'preferred-first',
            ),
          },
        ];
  const keys = files.flatMap((file): AnyAuthMethod[] =>
    file.kind === 'usable' ? [{ type: 'publickey', username, key: file.key }] : [],
  );
  return { methods: [...agent, ...keys], reasons: reasonsOf(settings, files) };
}

function reasonsOf(settings: SshSettings, files: readonly IdentityFile[]): readonly string[] {
  if (files.length === 0) {
    return [`none of ${settings.identityFiles.join(', ') || 'no identity files'} exists`];
  }
  return files.flatMap((file) => {
    return file.kind === 'usable' || file.reason === undefined ? [] : [file.reason];
  });
}

function publicKeyOf(file: IdentityFile): Buffer[] {
  switch (file.kind) {
    case 'usable':
      return [file.key.getPublicSSH()];
    case 'public-only':
      return [file.publicKey];
    case 'useless':
      return [];
  }
}
