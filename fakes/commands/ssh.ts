import { canReach, watchLink } from '../network/links.js';
import { splitShellWords } from '../network/shell-words.js';
import { connectBySsh, parseSshCall } from '../network/ssh.js';
import { keepAliveMs } from '../network/types.js';
import { Pipe, readAll } from '../runner/pipe.js';
import { type CommandTable, failed, notSimulated, type StreamingCommand } from './types.js';

/** `ssh ... HOST COMMAND`: the remote shell knows simple commands only. */
const ssh: StreamingCommand = async (machine, argv, streams) => {
  const call = parseSshCall(argv.slice(1));
  const connection = await connectBySsh(machine, call);
  if (connection.kind === 'failed') return failed(255, connection.text);
  const far = connection.machine;
  const [tool, ...args] = splitShellWords(call.command.join(' ')) ?? [];
  if (tool === undefined) return notSimulated(argv);
  const connected = (): boolean =>
    machine.processes.has(streams.processId) && canReach(machine.world, machine.name, far.name);
  const stdin = new Pipe();
  stdin.push(await readAll(streams.input));
  stdin.end();
  const stdout = new Pipe();
  const remote = streams.spawn(far, [tool, ...args], { stdin, stdout, connected });
  const watch = watchLink(machine.world, machine.name, far.name, keepAliveMs);
  try {
    const first = await Promise.race([remote.ended, watch.silent.then(() => 'silent' as const)]);
    if (first === 'silent') {
      return failed(255, `Timeout, server ${call.address} not responding.\r\n`);
    }
    return { ...first, stdout: await readAll(stdout) };
  } finally {
    watch.stop();
  }
};

export const sshCommands: CommandTable = { ssh: { kind: 'streaming', run: ssh } };
