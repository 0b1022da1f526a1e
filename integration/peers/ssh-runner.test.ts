import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { CommandRunner } from '../../src/ports/index.js';
import { describeCommandRunner } from '../contracts/command-runner.contract.js';
import { shellCommands } from '../contracts/shell-commands.js';
import { itWith } from './parts.js';
import { here } from './peer/exec-here.js';
import { makeKeys } from './peer/keys.js';
import { openPeer } from './peer/open-peer.js';
import { dropConnections, isAliveThere, must } from './peer/peer.js';
import {
  type ClientChanges,
  knownHostsFile,
  knownHostsName,
  rightKnownHosts,
  sshClient,
} from './ssh-client.js';

const peer = await openPeer();
const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});
afterAll(async () => {
  await peer.close();
  rmSync(stranger.directory, { recursive: true });
});

function clientOf(changes: ClientChanges = {}): CommandRunner {
  const client = sshClient(peer, changes);
  closers.push(() => client.close());
  return client.runner;
}

const answer = (changes: ClientChanges = {}) => clientOf(changes).run({ argv: ['echo', 'hello'] });
const name = knownHostsName(peer);
const { hostKeys } = peer.keys;
const stranger = makeKeys(mkdtempSync(join(tmpdir(), 'xen-backup-stranger-')));

describeCommandRunner({
  name: 'ssh runner',
  commands: shellCommands,
  open: async () => {
    const client = sshClient(peer);
    return {
      runner: client.runner,
      isAlive: (processId) => isAliveThere(peer, processId),
      close: () => client.close(),
    };
  },
});

describe('host keys', () => {
  const withLines = (...lines: string[]): ClientChanges => ({
    target: { knownHostsFile: knownHostsFile(peer, lines) },
  });

  it('refuses an unknown key without a prompt, and says its fingerprint and the file', async () => {
    const changes = withLines(`elsewhere ${hostKeys.ed25519}`);
    const error: unknown = await answer(changes).catch((reason: unknown) => reason);
    const shown = here(['ssh-keygen', '-l', '-f', join(peer.keys.directory, 'host_ed25519.pub')]);
    expect(error).toMatchObject({
      code: 'host-key-unknown',
      message: expect.stringContaining(shown.split(' ')[1]!) as unknown,
      remedy: expect.stringContaining(changes.target?.knownHostsFile ?? '?') as unknown,
    });
  });

  it('refuses a key that has changed, and says where the other one stands', async () => {
    const changes = withLines('# comment', `${name} ${stranger.hostKeys.ed25519}`);
    await expect(answer(changes)).rejects.toMatchObject({
      code: 'host-key-mismatch',
      message: expect.stringContaining(`${changes.target?.knownHostsFile ?? '?'}:2`) as unknown,
    });
  });

  it('refuses a revoked key, however well it is known', async () => {
    const lines = [`${name} ${hostKeys.ed25519}`, `@revoked * ${hostKeys.ed25519}`];
    await expect(answer(withLines(...lines))).rejects.toMatchObject({
      code: 'host-key-mismatch',
      message: expect.stringContaining('revokes') as unknown,
    });
  });

  it('names a certificate authority as what it cannot check', async () => {
    await expect(
      answer(withLines(`@cert-authority ${name} ${hostKeys.rsa}`)),
    ).rejects.toMatchObject({
      code: 'host-setting-unsupported',
    });
  });

  it('accepts a key by its hashed name', async () => {
    const file = knownHostsFile(peer, [`${name} ${hostKeys.ed25519}`]);
    here(['ssh-keygen', '-q', '-H', '-f', file]);
    expect((await answer({ target: { knownHostsFile: file } })).stdout).toBe('hello\n');
  });

  it('asks first for the type of key that is known', async () => {
    // Left alone, client and server would agree on ed25519.
    expect((await answer(withLines(`${name} ${hostKeys.rsa}`))).stdout).toBe('hello\n');
  });

  it('looks under HostKeyAlias when there is one', async () => {
    const changes = withLines(`dom0b ${hostKeys.ed25519}`);
    expect((await answer({ ...changes, sshOptions: ['HostKeyAlias=dom0b'] })).stdout).toBe(
      'hello\n',
    );
  });
});

describe('keys of ours', () => {
  it('says which key was refused', async () => {
    await expect(answer({ target: { identityFile: stranger.identityFile } })).rejects.toMatchObject(
      {
        code: 'host-authentication-failed',
      },
    );
  });

  it('never asks for a passphrase', async () => {
    const locked = join(stranger.directory, 'locked');
    copyFileSync(peer.keys.identityFile, locked);
    here(['ssh-keygen', '-q', '-p', '-P', '', '-N', 'secret', '-f', locked]);
    await expect(
      answer({ target: { identityFile: locked }, sshOptions: ['IdentityAgent=none'] }),
    ).rejects.toMatchObject({
      code: 'host-authentication-failed',
      message: expect.stringContaining('passphrase') as unknown,
    });
  });

  it('uses an agent for a key that is locked, offering only that one', async () => {
    const locked = join(stranger.directory, 'agents');
    copyFileSync(peer.keys.identityFile, locked);
    copyFileSync(`${peer.keys.identityFile}.pub`, `${locked}.pub`);
    const socket = join(stranger.directory, 'agent');
    const agent = here(['ssh-agent', '-s', '-a', socket]);
    const agentProcess = /SSH_AGENT_PID=(\d+)/.exec(agent)![1]!;
    try {
      const environment = { SSH_AUTH_SOCK: socket };
      // More keys than a server allows attempts.
      for (let index = 0; index < 7; index += 1) {
        const other = join(stranger.directory, `other${index}`);
        here(['ssh-keygen', '-q', '-N', '', '-t', 'ed25519', '-f', other]);
        here(['ssh-add', '-q', other], { environment });
      }
      here(['ssh-add', '-q', locked], { environment });
      here(['ssh-keygen', '-q', '-p', '-P', '', '-N', 'secret', '-f', locked]);
      const result = await answer({
        target: { identityFile: locked },
        sshOptions: [`IdentityAgent=${socket}`],
      });
      expect(result.stdout).toBe('hello\n');
    } finally {
      process.kill(Number(agentProcess));
    }
  });
});

describe('settings in effect', () => {
  it.each(['ProxyCommand=nc %h %p', 'ProxyJump=elsewhere', 'CertificateFile=/x-cert.pub'])(
    'names %s as what it cannot do',
    async (option) => {
      await expect(answer({ sshOptions: [option] })).rejects.toMatchObject({
        code: 'host-setting-unsupported',
        message: expect.stringContaining(option.split('=')[0]!) as unknown,
      });
    },
  );

  it('says so when nobody listens', async () => {
    const target = { address: '127.0.0.1', port: 1, knownHostsFile: rightKnownHosts(peer) };
    await expect(answer({ target })).rejects.toMatchObject({ code: 'host-unreachable' });
  });
});

describe('many commands at once', () => {
  it('runs more of them than the server allows over one connection, over one connection', async () => {
    const runner = clientOf();
    const runs = Array.from({ length: 30 }, () => runner.run({ argv: ['sleep', '0.2'] }));
    const counts: number[] = [];
    const watch = setInterval(() => {
      void peer.connectionProcesses().then((processes) => counts.push(processes.length));
    }, 100);
    const results = await Promise.all(runs);
    clearInterval(watch);
    expect(results.every(({ exitCode }) => exitCode === 0)).toBe(true);
    expect(Math.max(...counts)).toBe(1);
  });

  it('learns that a server allows fewer than it thought', async () => {
    // sshd allows 10: a client that believes in 40 must find out.
    const runner = clientOf({ maxSessions: 40 });
    const runs = Array.from({ length: 40 }, () => runner.run({ argv: ['sleep', '0.1'] }));
    const results = await Promise.all(runs);
    expect(results.every(({ exitCode }) => exitCode === 0)).toBe(true);
  });

  it('does not let long-lived commands starve short ones', async () => {
    const runner = clientOf();
    const running = await Promise.all(
      Array.from({ length: 25 }, () => runner.start({ argv: ['sleep', '600'] })),
    );
    expect((await runner.run({ argv: ['echo', 'still here'] })).stdout).toBe('still here\n');
    await Promise.all(running.map((command) => command.stop()));
  });
});

describe('a connection that breaks', () => {
  it('ends what was pending with host-unreachable, and is made again with the next command', async () => {
    const runner = clientOf();
    const pending = runner.run({ argv: ['sleep', '30'] });
    const followed = await runner.start({ argv: ['sleep', '601'] });
    setTimeout(() => void dropConnections(peer), 200);
    await expect(pending).rejects.toMatchObject({ code: 'host-unreachable' });
    await expect(followed.result).rejects.toMatchObject({ code: 'host-unreachable' });
    const read = async (): Promise<void> => {
      for await (const chunk of followed.stdout) expect(chunk).toBe('');
    };
    await expect(read()).rejects.toMatchObject({ code: 'host-unreachable' });
    // The far side did not notice: this is why a stop must be proven.
    expect(await isAliveThere(peer, followed.processId)).toBe(true);
    await followed.stop();
    expect(await isAliveThere(peer, followed.processId)).toBe(false);
    expect((await runner.run({ argv: ['echo', 'again'] })).stdout).toBe('again\n');
    await must(peer, ['sh', '-c', 'kill $(ps -o pid= -C sleep) 2>/dev/null; true']);
  });

  itWith('a container whose link can be cut', peer.setLink !== undefined)(
    'is noticed when packets are lost without a word, and a stop is not claimed',
    async () => {
      const runner = clientOf({
        sshOptions: ['ServerAliveInterval=1', 'ServerAliveCountMax=2', 'ConnectTimeout=2'],
      });
      const running = await runner.start({ argv: ['sleep', '602'] });
      await peer.setLink?.('down');
      try {
        const begun = performance.now();
        await expect(running.result).rejects.toMatchObject({ code: 'host-unreachable' });
        expect(performance.now() - begun).toBeLessThan(10_000);
        await expect(running.stop()).rejects.toMatchObject({ code: 'command-stop-unproven' });
      } finally {
        await peer.setLink?.('up');
      }
      await running.stop();
      expect(await isAliveThere(peer, running.processId)).toBe(false);
    },
  );
});

describe('rights on the other side', () => {
  const itInContainer = itWith('a container with other users', peer.kind === 'container');

  itInContainer('runs commands through sudo, and can end them', async () => {
    const runner = clientOf({ target: { user: 'keeper' }, elevation: 'sudo' });
    expect((await runner.run({ argv: ['id', '-un'] })).stdout).toBe('root\n');
    expect((await runner.run({ argv: ['sh', '-c', 'echo $LC_ALL'] })).stdout).toBe('C\n');
    const running = await runner.start({ argv: ['sleep', '603'] });
    await running.stop();
    const { stdout } = await peer.exec(['ps', '-o', 'args=', '-C', 'sleep']);
    expect(stdout).not.toContain('603');
  });

  itInContainer('says privilege-missing where sudo would have to ask', async () => {
    const runner = clientOf({ target: { user: 'nobody-special' }, elevation: 'sudo' });
    await expect(runner.run({ argv: ['id', '-un'] })).rejects.toMatchObject({
      code: 'privilege-missing',
    });
  });

  itInContainer('still tells a tool that is not there', async () => {
    const runner = clientOf({ target: { user: 'keeper' }, elevation: 'sudo' });
    await expect(runner.run({ argv: ['no-such-tool'] })).rejects.toMatchObject({
      code: 'command-not-found',
    });
  });

  itInContainer('says so when a login shell chatters', async () => {
    await must(peer, ['sh', '-c', 'echo "echo Welcome!" > /home/nobody-special/.bashrc']);
    await expect(answer({ target: { user: 'nobody-special' } })).rejects.toMatchObject({
      code: 'output-unexpected',
      message: expect.stringContaining('Welcome!') as unknown,
    });
  });
});
