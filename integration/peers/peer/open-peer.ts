import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startContainerPeer } from './container-peer.js';
import { findEngine } from './engine.js';
import { buildImage, canBuildImage } from './image.js';
import { startLoopbackPeer } from './loopback-peer.js';
import type { Peer } from './peer.js';

/**
 * A peer: in a container where there is an engine (or one can be started), else an sshd on
 * loopback. `close` takes down all that was started.
 */
export async function openPeer(): Promise<Peer> {
  const directory = mkdtempSync(join(tmpdir(), 'xen-backup-peer-'));
  // sshd reads the allowed keys with the rights of the user who logs in.
  chmodSync(directory, 0o755);
  const removeDirectory = (): void => {
    rmSync(directory, { recursive: true, force: true });
  };
  const engine = await findEngine();
  if (engine.kind === 'engine' && canBuildImage()) {
    const peer = await startContainerPeer(await buildImage(), directory);
    return closingAlso(peer, async () => {
      await engine.close();
      removeDirectory();
    });
  }
  const reason = engine.kind === 'none' ? engine.reason : 'no image can be built here';
  console.log(`peers: sshd on loopback instead of a container: ${reason}`);
  return closingAlso(await startLoopbackPeer(directory), async () => {
    removeDirectory();
  });
}

function closingAlso(peer: Peer, close: () => Promise<void>): Peer {
  return {
    ...peer,
    close: async () => {
      await peer.close();
      await close();
    },
  };
}
