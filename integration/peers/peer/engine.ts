import { spawn } from 'node:child_process';
import { mkdtempSync, openSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { tryHere } from './exec-here.js';

/** A container engine that answers, or why there is none. */
export type Engine =
  | { readonly kind: 'engine'; close(): Promise<void> }
  | { readonly kind: 'none'; readonly reason: string };

/** The engine that runs already, or one that is started here and ended by `close`. */
export async function findEngine(): Promise<Engine> {
  if (process.env['XEN_BACKUP_PEERS'] === 'loopback') {
    return { kind: 'none', reason: 'XEN_BACKUP_PEERS=loopback asks for none' };
  }
  if (answers()) return { kind: 'engine', close: async () => undefined };
  if (process.getuid?.() !== 0) return { kind: 'none', reason: 'not root, and no engine runs' };
  return startDaemon();
}

function answers(): boolean {
  return tryHere(['sh', '-c', 'timeout 20 docker info']).exitCode === 0;
}

async function startDaemon(): Promise<Engine> {
  const log = openSync(join(mkdtempSync(join(tmpdir(), 'xen-backup-dockerd-')), 'log'), 'w');
  const daemon = spawn('sh', ['-c', 'exec dockerd'], {
    detached: true,
    stdio: ['ignore', log, log],
  });
  const ended = new Promise<string>((resolve) => {
    daemon.once('error', (error) => {
      resolve(error.message);
    });
    daemon.once('exit', (code) => {
      resolve(`dockerd ended with ${String(code)}`);
    });
  });
  for (let attempt = 0; attempt < 30; attempt += 1) {
    const reason = await Promise.race([ended, sleep(1000)]);
    if (reason !== undefined) return { kind: 'none', reason };
    if (answers()) return { kind: 'engine', close: () => stopDaemon(daemon, ended) };
  }
  await stopDaemon(daemon, ended);
  return { kind: 'none', reason: 'dockerd does not answer' };
}

async function stopDaemon(
  daemon: ReturnType<typeof spawn>,
  ended: Promise<unknown>,
): Promise<void> {
  daemon.kill('SIGTERM');
  await ended;
}
