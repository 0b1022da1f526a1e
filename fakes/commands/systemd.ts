import type { Argv } from '../../src/ports/index.js';
import { armUnit, stopUnit } from '../daemons/systemd.js';
import { Pipe, pipeOf } from '../runner/pipe.js';
import {
  type CommandTable,
  failed,
  notSimulated,
  printed,
  type StreamingCommand,
} from './types.js';

const notBooted =
  "System has not been booted with systemd as init system (PID 1). Can't operate.\n" +
  'Failed to connect to bus: Host is down\n';

/** `systemd-run --unit=NAME --on-active=Ns --timer-property=P -- COMMAND...`. */
const systemdRun: StreamingCommand = async (machine, argv, streams) => {
  const end = argv.indexOf('--');
  const options = argv.slice(1, end);
  const unit = valueOf(options, '--unit');
  const seconds = /^(\d+)s$/.exec(valueOf(options, '--on-active') ?? '')?.[1];
  const [tool, ...rest] = argv.slice(end + 1).map(expand);
  const known = ['--unit', '--on-active', '--timer-property'];
  const isKnown = options.every((option) => known.includes(option.split('=')[0] ?? ''));
  if (end === -1 || !isKnown || unit === undefined || seconds === undefined || tool === undefined) {
    return notSimulated(argv);
  }
  if (machine.systemd.state === 'absent') return failed(1, notBooted);
  if (machine.systemd.timers.has(unit)) {
    const text = `Unit ${unit}.timer was already loaded or has a fragment file.`;
    return failed(1, `Failed to start transient timer unit: ${text}\n`);
  }
  const command: Argv = [tool, ...rest];
  armUnit(machine, unit, Number(seconds) * 1000, () => {
    const pipes = { stdin: pipeOf(''), stdout: new Pipe(), connected: () => true };
    return streams.spawn(machine, command, pipes);
  });
  const stderr = `Running timer as unit: ${unit}.timer\nWill run service as unit: ${unit}.service\n`;
  return { ...printed(''), stderr };
};

/** `systemctl stop UNIT...`. */
const systemctl: StreamingCommand = async (machine, argv) => {
  const [, action, ...units] = argv;
  if (action === '--version') return printed('systemd 252 (252.38-1~deb12u1)\n');
  if (action !== 'stop' || units.length === 0) return notSimulated(argv);
  if (machine.systemd.state === 'absent') return failed(1, notBooted);
  const missing = units.filter((unit) => stopUnit(machine, unit) === 'not-loaded');
  if (missing.length === 0) return printed('');
  const lines = missing.map((unit) => `Failed to stop ${unit}: Unit ${unit} not loaded.\n`);
  return failed(5, lines.join(''));
};

/** `setsid --fork COMMAND...`: the command goes on by itself, in a session of its own. */
const setsid: StreamingCommand = async (machine, argv, streams) => {
  const [, fork, tool, ...rest] = argv;
  if (fork === '--version') return printed('setsid from util-linux 2.38.1\n');
  if (fork !== '--fork' || tool === undefined) return notSimulated(argv);
  streams.spawn(machine, [tool, ...rest], {
    stdin: pipeOf(''),
    stdout: new Pipe(),
    connected: () => true,
  });
  return printed('');
};

export const systemdCommands: CommandTable = {
  'systemd-run': { kind: 'streaming', run: systemdRun },
  systemctl: { kind: 'streaming', run: systemctl },
  setsid: { kind: 'streaming', run: setsid },
};

function valueOf(options: readonly string[], name: string): string | undefined {
  return options.find((option) => option.startsWith(`${name}=`))?.slice(name.length + 1);
}

/** As systemd does it with a unit's command line: `$$` is a dollar, `${X}` a variable of its own. */
function expand(word: string): string {
  return word.replaceAll(/\$\$|\$\{[^}]*\}/g, (found) => (found === '$$' ? '$' : ''));
}
