import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, describe, expect } from 'vitest';
import { createLocalRunner } from '../../src/adapters/local/index.js';
import type { Argv, CommandRunner, CopyRequest } from '../../src/ports/index.js';
import { CopyWorld } from './copy-world.js';
import { canMount, mountNew } from './file-systems.js';
import { itWith } from './parts.js';
import { execHere, here, writeRandomFile } from './peer/exec-here.js';
import { addForcedKey } from './peer/keys.js';
import { openPeer } from './peer/open-peer.js';
import { must } from './peer/peer.js';
import { receivingProcesses, taggedProcesses, untilThere } from './processes.js';

const peer = await openPeer();
const world = new CopyWorld(peer);
const itMounted = itWith(
  'loop-mounted ext4 on both sides',
  (await canMount(execHere, world.directory, 'ext4')) &&
    (await canMount(peer.exec, peer.scratch, 'ext4')),
);

const hasBtrfs = await canMount(execHere, world.directory, 'btrfs');

afterEach(() => world.unmountAll());
afterAll(async () => {
  try {
    await world.close();
  } finally {
    await peer.close();
  }
});

const local = createLocalRunner({ hostName: 'source' });

/** A copier whose command is changed on its way: what rsync then says is its own. */
function spoiling(change: (argv: readonly string[]) => readonly string[]) {
  const spoiled = (argv: Argv): Argv => {
    const [tool, ...rest] = argv;
    return [tool, ...change(rest)];
  };
  const runner: CommandRunner = {
    run: (command) => local.run(command),
    start: (command) => local.start({ ...command, argv: spoiled(command.argv) }),
  };
  return world.copierOver(runner);
}

const withOption = (option: string) => (argv: readonly string[]) =>
  argv.flatMap((word) => (word === '--delete-after' ? [word, option] : [word]));

async function smallPair(changes: Partial<CopyRequest> = {}) {
  const pair = await world.mountPair('ext4', 32);
  writeFileSync(join(pair.source.mountPoint, 'a'), 'a\n');
  writeFileSync(join(pair.source.mountPoint, 'b'), 'b\n');
  return { ...pair, request: world.request(pair.source, pair.target, changes) };
}

describe('every exit code of rsync that can be provoked', () => {
  itMounted.each([
    [1, 'usage', withOption('--no-such-option')],
    [2, 'protocol-mismatch', withOption('--protocol=19')],
    [
      127,
      'tool-missing',
      (argv: readonly string[]) => argv.map((word) => (word === 'rsync' ? 'no-such-rsync' : word)),
    ],
  ] as const)('%i: %s', async (exitCode, kind, change) => {
    const { request, targetFromHere } = await smallPair();
    expect(await spoiling(change).copy(request)).toMatchObject({ kind, exitCode });
    expect(readdirSync(targetFromHere)).toEqual(['lost+found']);
  });

  itMounted('12 or 127: tool-missing, without rsync on the target', async () => {
    const { request } = await smallPair();
    const copier = spoiling((argv) =>
      argv.map((word) => word.replace(/ rsync$/, ' no-such-rsync')),
    );
    expect((await copier.copy(request)).kind).toBe('tool-missing');
  });

  itMounted('12 or 14: tool-missing, without ssh', async () => {
    const { request } = await smallPair();
    const copier = spoiling((argv) =>
      argv.map((word) => (word.startsWith('ssh -x') ? '/nowhere/ssh' : word)),
    );
    expect((await copier.copy(request)).kind).toBe('tool-missing');
  });

  itMounted('11 or 12: target-full, and nothing is deleted', async () => {
    const { source, targetFromHere, request } = await smallPair();
    writeRandomFile(join(source.mountPoint, 'big'), 20);
    writeRandomFile(join(targetFromHere, 'old'), 10);
    const outcome = await world.copy(request);
    // 11, or 12 when the sender first notices that the stream ended.
    expect(outcome.kind).toBe('target-full');
    expect(outcome.kind === 'done' ? '' : outcome.text).toContain('No space left on device');
    expect(readdirSync(targetFromHere)).toContain('old');
  });

  itMounted('12: connection-lost, when the far side says nothing sensible', async () => {
    const { request } = await smallPair();
    const identityFile = addForcedKey(peer.keys, 'exit 0');
    const outcome = await world.copy({ ...request, peer: world.replication({ identityFile }) });
    expect(outcome).toMatchObject({ kind: 'connection-lost', exitCode: 12 });
  });

  itMounted('20: interrupted, when somebody ends rsync', async () => {
    const { source, request } = await smallPair({
      bandwidthLimitKiBPerSecond: 1000,
      tag: 'exit20',
    });
    writeRandomFile(join(source.mountPoint, 'big'), 15);
    const copy = world.copy(request);
    await untilThere(() => taggedProcesses(peer.exec, 'exit20'));
    const { stdout } = await execHere(['pgrep', '-x', '-f', 'rsync .*XEN_BACKUP_COPY=exit20.*']);
    here(['kill', '-s', 'TERM', ...stdout.trim().split('\n')]);
    expect(await copy).toMatchObject({ kind: 'interrupted', exitCode: 20 });
  });

  itMounted('23: partial, when one file resists', async () => {
    const { targetFromHere, request } = await smallPair();
    writeFileSync(join(targetFromHere, 'a'), 'immutable\n');
    here(['chattr', '+i', join(targetFromHere, 'a')]);
    const outcome = await world.copy(request);
    here(['chattr', '-i', join(targetFromHere, 'a')]);
    expect(outcome).toMatchObject({ kind: 'partial', exitCode: 23 });
    expect(readFileSync(join(targetFromHere, 'b'), 'utf8')).toBe('b\n');
  });

  itMounted('24: vanished, when a file goes while it is copied', async () => {
    const { source, request } = await smallPair({ bandwidthLimitKiBPerSecond: 2000 });
    writeRandomFile(join(source.mountPoint, 'big'), 8);
    mkdirSync(join(source.mountPoint, 'zzz'));
    writeFileSync(join(source.mountPoint, 'zzz', 'last'), 'soon gone\n');
    let progress = 0;
    const copy = world.copy(request, { onProgress: () => (progress += 1) });
    while (progress < 2) await sleep(50);
    rmSync(join(source.mountPoint, 'zzz', 'last'));
    expect(await copy).toMatchObject({ kind: 'vanished', exitCode: 24 });
  });

  itMounted('30: timeout, when the far side falls asleep', async () => {
    const tag = 'exit30';
    const { source, request } = await smallPair({
      stallTimeoutMs: 2000,
      tag,
      bandwidthLimitKiBPerSecond: 1000,
    });
    writeRandomFile(join(source.mountPoint, 'big'), 15);
    const copy = world.copy(request);
    // Both of them: while one still answers, rsync's own --timeout does not see the other stuck.
    const receivers = await untilThere(async () => {
      const found = await receivingProcesses(peer.exec, tag);
      return found.length >= 2 ? found : [];
    });
    await must(peer, ['kill', '-s', 'STOP', ...receivers]);
    expect(await copy).toMatchObject({ kind: 'timeout', exitCode: 30 });
    expect(await taggedProcesses(peer.exec, tag)).toEqual([]);
  });

  // rsync passes ssh's own code on only when ssh has ended by then.
  itMounted('12 or 255: authentication-failed, with a key that is not allowed', async () => {
    const { request } = await smallPair();
    const identityFile = join(peer.keys.directory, 'host_ed25519');
    const outcome = await world.copy({ ...request, peer: world.replication({ identityFile }) });
    expect(outcome.kind).toBe('authentication-failed');
  });
});

describe('a read error in the source', () => {
  itWith('loop-mounted btrfs here', hasBtrfs)(
    'deletes nothing, although the list of files was complete',
    async () => {
      const source = await mountNew(execHere, world.directory, 'btrfs', 128);
      const { target, targetFromHere } = await world.mountPair('ext4', 32);
      const content = randomBytes(1_000_000);
      writeFileSync(join(source.mountPoint, 'unlucky'), content);
      writeFileSync(join(targetFromHere, 'old'), 'would be deleted by a good copy\n');
      here(['umount', source.mountPoint]);
      damage(source.image, content.subarray(4096, 8192));
      here(['mount', '-o', 'loop,ro', source.image, source.mountPoint]);
      const identity = await execHere(['stat', '-c', '%d %i', source.mountPoint]);
      const [device = '', inode = ''] = identity.stdout.trim().split(' ');
      const proven = { ...source, identity: { device, inode } };
      const outcome = await world.copy(world.request(proven, target));
      await source.unmount();
      expect(outcome).toMatchObject({ kind: 'input-output-error', exitCode: 23 });
      expect(readdirSync(targetFromHere)).toContain('old');
    },
  );
});

/** Overwrites a known piece of content in an image: its checksum then fails. */
function damage(image: string, piece: Buffer): void {
  const bytes = readFileSync(image);
  const at = bytes.indexOf(piece);
  if (at < 0) throw new Error('the content is not in the image as it is');
  bytes.fill(0x58, at, at + 16);
  writeFileSync(image, bytes);
}
