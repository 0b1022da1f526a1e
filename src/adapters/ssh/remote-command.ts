import { XenBackupError } from '../../core/errors/index.js';
import type { HostName } from '../../core/model/index.js';
import type { Argv } from '../../ports/index.js';
import { commandEnvironment, sudoPrefix } from '../shared/command-environment.js';
import { printable } from '../shared/index.js';
import type { LaunchRequest } from '../shared/launcher.js';
import { quoteArgument, quoteCommand } from '../shared/quote.js';
import type { Session } from '../shared/stop-session.js';

const assignments = Object.entries(commandEnvironment)
  .map(([name, value]) => `${name}=${quoteArgument(value)}`)
  .join(' ');

/**
 * Says on the first line of stdout who it is, then becomes the command ($2...), keeping its pid.
 * sshd gives each command a session of its own, so this pid is the session's number: the only
 * handle by which the command can be ended later (closing the channel does not end it: measured).
 * $1 is the tool, which is not $2 behind sudo.
 */
export const startScript = `
${assignments}
export ${Object.keys(commandEnvironment).join(' ')}
command -v -- "$1" >/dev/null 2>&1 && command -v -- "$2" >/dev/null 2>&1 || {
  echo 'xen-backup absent'
  exit 127
}
shift
IFS= read -r stat </proc/$$/stat
announce() {
  set -- \${stat##*) }
  session=$4
  shift 19
  echo "xen-backup session $session $$ $1"
}
announce
exec "$@"
`;

/** First line from a gate that refuses a command of ours. */
export const refusedLine = 'xen-backup refused';

/** The text for the login shell of the far side. */
export function remoteCommandText(request: LaunchRequest): string {
  const argv: Argv = request.elevation === 'sudo' ? [...sudoPrefix, ...request.argv] : request.argv;
  const [tool] = request.argv;
  // `exec`: no shell stays in between.
  return `exec ${quoteCommand(['sh', '-c', startScript, 'xen-backup', tool, ...argv])}`;
}

/**
 * The session from the first line of stdout.
 *
 * @throws `command-not-found`; `privilege-missing` when the host's gate does not let the command
 * through; `host-setting-unsupported` when the server does not give commands
 * sessions of their own; `output-unexpected` for any other line.
 */
export function parseFirstLine(host: HostName, argv: Argv, line: string): Session {
  if (line === 'xen-backup absent') {
    throw new XenBackupError('command-not-found', {
      message: `${argv[0]} is not installed on ${host}`,
      details: { host, argv: argv.map((part) => printable(part)) },
    });
  }
  if (line === refusedLine) {
    throw new XenBackupError('privilege-missing', {
      message: `the gate of ${host} does not let ${argv[0]} through`,
      remedy:
        'See the host’s auth log. After an update, print and install the gate anew (gate --print), with limits that leave room for this guest.',
      details: { host, argv: argv.map((part) => printable(part)) },
    });
  }
  const match = /^xen-backup session (\d{1,10}) (\d{1,10}) (\d{1,20})$/.exec(line);
  if (match === null) throw strangeFirstLine(host, line);
  const [, session = '', processId = '', startTicks = ''] = match;
  if (session !== processId) {
    throw new XenBackupError('host-setting-unsupported', {
      message: `the SSH server of ${host} does not give commands a session of their own`,
      remedy: 'Use OpenSSH on this host: a command could not be ended reliably.',
    });
  }
  return { processId: Number(processId), startTicks };
}

function strangeFirstLine(host: HostName, line: string): XenBackupError {
  return new XenBackupError('output-unexpected', {
    message: `${host} does not start commands cleanly; it says: ${printable(line, 200) || 'nothing'}`,
    remedy:
      'The account needs a POSIX login shell whose startup files print nothing (try: ssh HOST true).',
    details: { host, text: printable(line) },
  });
}
