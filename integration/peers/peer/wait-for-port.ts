import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until something answers with an SSH banner. */
export async function waitForPort(address: string, port: number): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    if (await bannerOf(address, port)) return;
    await sleep(100);
  }
  throw new Error(`no sshd on ${address} port ${port} within 10 s`);
}

function bannerOf(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port, timeout: 1000 });
    const answer = (found: boolean) => () => {
      socket.destroy();
      resolve(found);
    };
    socket.once('data', answer(true));
    socket.once('error', answer(false));
    socket.once('timeout', answer(false));
    socket.once('close', answer(false));
  });
}

/** A port of loopback that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => {
        resolve(port);
      });
    });
  });
}
