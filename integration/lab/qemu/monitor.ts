import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { LabError } from '../fail.js';
import { isRecord } from '../values.js';

/**
 * Sends one line of QEMU's human monitor (`savevm x`, `quit`) through the QMP socket and gives its
 * answer; an empty answer is success.
 */
export async function monitor(
  socketPath: string,
  line: string,
  timeoutMs = 120_000,
): Promise<string> {
  const socket = connect(socketPath);
  const timer = setTimeout(() => {
    socket.destroy(new LabError(`QEMU did not answer "${line}" in ${timeoutMs / 1000} s`));
  }, timeoutMs);
  try {
    return await converse(socket, line);
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
}

async function converse(socket: ReturnType<typeof connect>, line: string): Promise<string> {
  const failed = new Promise<never>((_resolve, reject) => {
    socket.once('error', reject);
  });
  const answer = (async (): Promise<string> => {
    for await (const text of createInterface({ input: socket })) {
      const message: unknown = JSON.parse(text);
      if (!isRecord(message)) continue;
      if ('QMP' in message) {
        send(socket, { execute: 'qmp_capabilities', id: 'hello' });
      } else if (message['id'] === 'hello') {
        const command = { 'command-line': line };
        send(socket, { execute: 'human-monitor-command', arguments: command, id: 'line' });
      } else if (message['id'] === 'line') {
        if ('error' in message) throw new LabError(`QEMU: ${JSON.stringify(message['error'])}`);
        return String(message['return']).trim();
      }
    }
    // `quit` ends the connection instead of answering.
    return '';
  })();
  return await Promise.race([answer, failed]);
}

function send(socket: ReturnType<typeof connect>, message: object): void {
  socket.write(`${JSON.stringify(message)}\n`);
}
