import { unexpectedOutput } from '../shared/index.js';
import { ConfigLines } from './config-lines.js';
import { type PathContext, expandPath } from './paths.js';
import type { SshSettings, SshTarget } from './settings.js';
import { refuseUnsupported } from './unsupported.js';

/** What ssh takes from its surroundings. */
export interface SshSurroundings {
  /** Home directory of the user who runs xen-backup. */
  readonly home: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

const defaultConnectTimeoutMs = 20_000;
const defaultKeepAliveMs = 15_000;

/**
 * Settings from the answer of `ssh -G`.
 *
 * @throws `output-unexpected`; `host-setting-unsupported` when something is in effect that the
 * built-in client cannot do.
 */
export function parseSettings(
  output: string,
  target: SshTarget,
  surroundings: SshSurroundings,
): SshSettings {
  const lines = new ConfigLines(output);
  refuseUnsupported(lines, target);
  const context: PathContext = {
    home: surroundings.home,
    hostName: lines.required('hostname'),
    remoteUser: lines.required('user'),
    port: lines.required('port'),
  };
  const keepAliveMs = lines.number('serveraliveinterval') * 1000;
  const agentSocket = agentOf(lines, context, surroundings);
  const alias = lines.optional('hostkeyalias');
  const bindAddress = lines.optional('bindaddress');
  return {
    hostName: context.hostName,
    port: lines.number('port'),
    user: context.remoteUser,
    identityFiles: lines.all('identityfile').map((path) => expandPath(path, context)),
    identitiesOnly: lines.required('identitiesonly') === 'yes',
    ...(agentSocket === undefined ? {} : { agentSocket }),
    knownHostsFiles: knownHostsOf(lines, target, context),
    ...(alias === undefined ? {} : { hostKeyAlias: alias }),
    hostKeyAlgorithms: lines.names('hostkeyalgorithms'),
    keyExchanges: lines.names('kexalgorithms'),
    ciphers: lines.names('ciphers'),
    macs: lines.names('macs'),
    addressFamily: familyOf(lines),
    ...(bindAddress === undefined ? {} : { bindAddress }),
    connectTimeoutMs:
      lines.optional('connecttimeout') === undefined
        ? defaultConnectTimeoutMs
        : lines.number('connecttimeout') * 1000,
    // ssh's own default is never to look: a dead peer would hang a run for hours.
    keepAliveMs: keepAliveMs === 0 ? defaultKeepAliveMs : keepAliveMs,
    keepAliveCount: Math.max(1, lines.number('serveralivecountmax')),
  };
}

/** ssh prints several files on one line and quotes nothing, so our own choice is not read back. */
function knownHostsOf(lines: ConfigLines, target: SshTarget, context: PathContext): string[] {
  const users =
    target.knownHostsFile === undefined
      ? (lines.optional('userknownhostsfile') ?? '').split(' ')
      : [target.knownHostsFile];
  const systems = (lines.optional('globalknownhostsfile') ?? '').split(' ');
  return [...users, ...systems]
    .filter((path) => path !== '')
    .map((path) => expandPath(path, context));
}

function agentOf(
  lines: ConfigLines,
  context: PathContext,
  surroundings: SshSurroundings,
): string | undefined {
  const { environment } = surroundings;
  const socketOf = (name: string): string | undefined => environment[name] || undefined;
  if (lines.explicit('identityagent', 'none')) return undefined;
  const said = lines.optional('identityagent');
  if (said === undefined || said === 'SSH_AUTH_SOCK') return socketOf('SSH_AUTH_SOCK');
  if (said.startsWith('$')) return socketOf(said.slice(1).replace(/^\{(.*)\}$/, '$1'));
  return expandPath(said, context);
}

function familyOf(lines: ConfigLines): SshSettings['addressFamily'] {
  const family = lines.optional('addressfamily') ?? 'any';
  if (family === 'any' || family === 'inet' || family === 'inet6') return family;
  throw unexpectedOutput('an address family of ssh -G is not understood', family);
}
