import type { Argv } from '../../src/ports/index.js';
import { domainNamed } from '../domains/operations.js';
import type { SimulatedDomain } from '../domains/types.js';
import { splitShellWords } from '../network/shell-words.js';
import { isSimulationError } from '../world/errors.js';
import type { Machine } from '../world/state.js';
import { type CommandOutcome, type CommandTable, failed, notSimulated, printed } from './types.js';
import { domainActions } from './virsh-actions.js';
import { capabilitiesText, listText, nodeText, versionText } from './virsh-host.js';
import { domainQuestions } from './virsh-questions.js';

/** A parsed virsh command line. */
interface VirshCall {
  readonly uri: string | undefined;
  readonly command: string;
  readonly options: ReadonlySet<string>;
  readonly operands: readonly string[];
}

export const virshCommands: CommandTable = {
  virsh: { kind: 'plain', run: async (machine, argv) => virsh(machine, argv) },
};

function virsh(machine: Machine, argv: Argv): CommandOutcome {
  const version = machine.tools.get('virsh')?.version ?? '';
  if (argv[1] === '--version') return printed(`${version}\n`);
  const call = parse(argv.slice(1));
  const refused = connect(machine, call.uri);
  if (refused !== undefined) return refused;
  const several = commandString(call);
  return several === undefined ? one(machine, argv, call) : inTurn(machine, argv, several);
}

/** The calls of `virsh "a; b 'x'"`, `undefined` for the ordinary form. */
function commandString(call: VirshCall): readonly VirshCall[] | undefined {
  if (!/[\s;]/.test(call.command) || call.operands.length > 0) return undefined;
  // What stands between the semicolons: quoted text, what a backslash takes along, all else.
  const commands = call.command.match(/(?:'[^']*'|\\.|[^;'\\])+/gs) ?? [];
  return commands.map((text) => parse(splitShellWords(text) ?? []));
}

/** One after the other, whatever came of those before; the last one's exit code counts (9.0). */
function inTurn(machine: Machine, argv: Argv, calls: readonly VirshCall[]): CommandOutcome {
  const outcomes = calls.map((call) => one(machine, argv, call));
  return {
    exitCode: outcomes.at(-1)?.exitCode ?? 0,
    stdout: outcomes.map(({ stdout }) => stdout).join(''),
    stderr: outcomes.map(({ stderr }) => stderr).join(''),
  };
}

function one(machine: Machine, argv: Argv, call: VirshCall): CommandOutcome {
  const host = hostCommand(machine, call);
  if (host !== undefined) return host;
  const question = own(domainQuestions, call.command);
  const action = own(domainActions, call.command);
  const name = call.operands[0];
  if ((question === undefined && action === undefined) || name === undefined) {
    return notSimulated(argv);
  }
  const domain = machine.domains.get(name);
  // virsh ends its own output with an empty line, also when there is nothing to say.
  if (domain === undefined) return failed(1, `error: failed to get domain '${name}'\n`, '\n');
  if (question !== undefined) return printed(`${question(machine, domain, call.options)}\n`);
  return action === undefined ? notSimulated(argv) : act(machine, domain, action);
}

function act(
  machine: Machine,
  domain: SimulatedDomain,
  action: (typeof domainActions)[string],
): CommandOutcome {
  const { name } = domain;
  const refusal = action.refusal?.(domain);
  if (refusal !== undefined) return failed(1, `error: ${refusal}\n`, '\n');
  try {
    const report = action.run(machine, domainNamed(machine, name));
    return printed(`${report}\n\n`);
  } catch (error) {
    if (!isSimulationError(error)) throw error;
    const reason =
      error.code === 'not-supported' || error.code === 'hook-refused'
        ? error.message
        : `Requested operation is not valid: ${error.message}`;
    const text = error.code === 'device-missing' ? missingDisk(error.subject) : reason;
    return failed(1, `error: ${action.failure(name)}\nerror: ${text}\n`, '\n');
  }
}

function missingDisk(path: string): string {
  return `Cannot access storage file '${path}': No such file or directory`;
}

function hostCommand(machine: Machine, call: VirshCall): CommandOutcome | undefined {
  switch (call.command) {
    case 'list':
      return printed(`${listText(machine, call.options)}\n`);
    case 'version':
      return printed(`${versionText(machine)}\n`);
    case 'nodeinfo':
      return printed(`${nodeText(machine)}\n`);
    case 'capabilities':
      return printed(`${capabilitiesText(machine)}\n\n\n`);
    default:
      return undefined;
  }
}

/** How the connection fails, `undefined` when it stands. */
function connect(machine: Machine, uri: string | undefined): CommandOutcome | undefined {
  const { hypervisor } = machine;
  const wanted = uri ?? hypervisor.uris[0];
  if (wanted === undefined || !hypervisor.uris.includes(wanted)) {
    return failed(1, `${noConnection}error: no connection driver available for ${wanted ?? ''}\n`);
  }
  if (hypervisor.running) return undefined;
  const socket = '/var/run/libvirt/libvirt-sock';
  const reason = `Failed to connect socket to '${socket}': No such file or directory`;
  return failed(1, `${noConnection}error: ${reason}\n`);
}

const noConnection = 'error: failed to connect to the hypervisor\n';

function parse(words: readonly string[]): VirshCall {
  let uri: string | undefined;
  const rest = [...words];
  while (rest[0] === '-c' || rest[0] === '-q' || rest[0] === '-r') {
    if (rest.shift() === '-c') uri = rest.shift();
  }
  const [command = '', ...args] = rest;
  const end = args.indexOf('--');
  const before = end === -1 ? args : args.slice(0, end);
  const options = before.filter((word) => word.startsWith('-'));
  const operands = before.filter((word) => !word.startsWith('-'));
  return {
    uri,
    command,
    options: new Set(options),
    operands: end === -1 ? operands : [...operands, ...args.slice(end + 1)],
  };
}

function own<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
