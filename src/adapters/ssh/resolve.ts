import { homedir } from 'node:os';
import { XenBackupError } from '../../core/errors/index.js';
import type { Argv, CommandRunner } from '../../ports/index.js';
import { expectSuccess, printable } from '../shared/index.js';
import { parseSettings } from './parse-settings.js';
import type { SshSettings, SshTarget } from './settings.js';

/** Asks OpenSSH itself which settings are in effect for a host. Connects to nothing. */
export function resolveArgv(target: SshTarget): Argv {
  const { address, port, user, identityFile, knownHostsFile } = target;
  if (!/^[A-Za-z0-9_:.%][A-Za-z0-9_:.%-]*$/.test(address)) {
    throw new XenBackupError('configuration-invalid', {
      message: `${printable(address)} cannot be the address of a host`,
    });
  }
  return [
    'ssh',
    '-G',
    ...(port === undefined ? [] : ['-p', String(port)]),
    ...(user === undefined ? [] : ['-l', user]),
    ...(identityFile === undefined ? [] : ['-o', 'IdentitiesOnly=yes', '-i', identityFile]),
    ...(knownHostsFile === undefined ? [] : ['-o', `UserKnownHostsFile="${knownHostsFile}"`]),
    address,
  ];
}

/**
 * The settings in effect for a host.
 *
 * @param runner - of the machine that connects
 * @throws `command-not-found` without an OpenSSH client; `command-failed` when its configuration
 * has an error; `host-setting-unsupported`; `output-unexpected`.
 */
export async function resolveSettings(
  runner: CommandRunner,
  target: SshTarget,
): Promise<SshSettings> {
  const result = await runner.run({ argv: resolveArgv(target) });
  const { stdout } = expectSuccess('this machine', result);
  return parseSettings(stdout, target, { home: homedir(), environment: process.env });
}
