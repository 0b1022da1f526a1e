import { commandEnd } from '../../../src/adapters/questions/scripts.js';
import { Pipe, pipeOf, readAll } from '../../runner/pipe.js';
import type { SimulatedScript } from './types.js';

/** ASK_SCRIPT: each command a process of the shell's own session, one after another. */
export const askScript: SimulatedScript = async (machine, [, mark = '', ...words], streams) => {
  let stderr = '';
  for (const [tool, ...args] of commandsOf(words)) {
    const stdout = new Pipe();
    const { connected } = streams;
    const pipes = { stdin: pipeOf(''), stdout, connected, session: 'shared' } as const;
    const { exitCode, stderr: complaint } = await streams.spawn(machine, [tool, ...args], pipes)
      .ended;
    streams.print(`${await readAll(stdout)}\n${mark} ${String(exitCode)}\n`);
    stderr += `${complaint}\n${mark}\n`;
  }
  return { exitCode: 0, stdout: '', stderr };
};

function commandsOf(words: readonly string[]): readonly (readonly [string, ...string[]])[] {
  const end = words.indexOf(commandEnd);
  const [tool, ...args] = words.slice(0, Math.max(end, 0));
  return tool === undefined ? [] : [[tool, ...args], ...commandsOf(words.slice(end + 1))];
}
