import { connect, createServer } from 'node:net';
import type { ReplicationPeer } from '../../src/ports/index.js';
import { addForcedKey } from './peer/keys.js';
import type { Peer } from './peer/peer.js';
import { knownHostsFile } from './ssh-client.js';

export interface CorruptingWire {
  /** How the peer is reached over it. */
  readonly peer: Partial<ReplicationPeer>;
  corrupted(): boolean;
  close(): void;
}

/** A wire to the peer’s sshd that turns over one bit of what the sender says, so many bytes in. */
export async function corruptingWire(peer: Peer, afterBytes: number): Promise<CorruptingWire> {
  let isDone = false;
  const server = createServer((client) => {
    let seen = 0;
    const upstream = connect(peer.port, peer.address);
    upstream.pipe(client);
    client.on('data', (chunk: Buffer) => {
      seen += chunk.length;
      if (!isDone && seen > afterBytes) {
        isDone = true;
        const at = Math.floor(chunk.length / 2);
        chunk[at] = (chunk[at] ?? 0) ^ 1;
      }
      upstream.write(chunk);
    });
    for (const [near, far] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      near.on('error', () => far.destroy());
      near.on('close', () => far.destroy());
    }
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      resolve();
    });
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    peer: { port, knownHostsFile: knownAt(peer, port) },
    corrupted: () => isDone,
    close: () => server.close(),
  };
}

/** The peer's host keys, under another port. */
function knownAt(peer: Peer, port: number): string {
  const name = `[127.0.0.1]:${String(port)}`;
  return knownHostsFile(
    peer,
    Object.values(peer.keys.hostKeys).map((key) => `${name} ${key}`),
  );
}

/**
 * A key behind which one byte of what the sender says is another: ssh has done its work by then, so
 * nobody but rsync can notice.
 *
 * @returns the identity file
 */
export function corruptingKey(peer: Peer, afterBytes: number): string {
  const other = String.raw`tr '\000-\377' '\001-\377\000'`;
  const input = `head -c ${String(afterBytes)}; head -c 1 | ${other}; cat`;
  return addForcedKey(peer.keys, `{ ${input}; } | eval "$SSH_ORIGINAL_COMMAND"`);
}
