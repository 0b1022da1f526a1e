import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { UDEV_RULE } from '../../src/adapters/udev/scripts.js';
import { decide, gateGrammar } from '../../src/composition/gate/index.js';
import type { Argv } from '../../src/ports/index.js';
import { receivedCommands } from '../gate/built.js';
import { type GoldenCommand, goldenCommands, goldenDisks } from '../gate/golden.js';
import { mutationsOf } from '../gate/mutations.js';
import { isReceived, type Sent, sentCommands } from '../gate/sent.js';
import { type Door, openDoor } from './gate/door.js';
import { type GateRoom, openRoom, type RoomPlan } from './gate/room.js';
import { type Arrived, parseTold, toldTools } from './gate/told.js';
import { itWith } from './parts.js';
import type { ExecResult } from './peer/peer.js';
import { freePort } from './peer/wait-for-port.js';
import { sshClient } from './ssh-client.js';

const grammar = gateGrammar({ disks: goldenDisks });
const table = '0 2097152 linear /dev/mapper/xen-backup-abcdefghij-2p1 0\n';

const isRoot = process.getuid?.() === 0;
const itRooted = itWith('root, for mount namespaces', isRoot);

let golden: readonly GoldenCommand[] = [];
let all: readonly Sent[] = [];

beforeAll(async () => {
  golden = await goldenCommands();
  all = sentCommands(golden);
});

/** Where commands are only told about, never run. */
async function openTellingRoom(plan: Pick<RoomPlan, 'shell' | 'elevation'>): Promise<GateRoom> {
  const tools = toldTools(new Set(['sh', ...all.map(({ argv }) => argv[0] ?? '')]));
  return openRoom({ ...plan, gate: ['--disk', ...goldenDisks], tools, log: 'kept' });
}

/** What is read by a command with this argv, and what it must find there. */
function inputOf(argv: readonly string[]): { readonly sent: string; readonly read: string } {
  const { stdin = '' } =
    golden.find((command) => command.argv.join('\0') === argv.join('\0')) ?? {};
  if (argv[3] === 'xen-backup-create-map') {
    const sent = stdin === '' ? table : stdin;
    return { sent, read: sent };
  }
  // Whatever is sent for a rule, the gate writes its own.
  const isRule = argv[3] === 'xen-backup-write' && argv.some((word) => word.includes('/udev/'));
  return isRule
    ? { sent: 'RUN+="/bin/sh -c id"\n', read: UDEV_RULE }
    : { sent: stdin, read: stdin };
}

const isFailure = (exitCode: number): boolean => exitCode !== 0;

const rooms = [
  { shell: 'dash', elevation: 'none' },
  { shell: 'bash', elevation: 'sudo' },
] as const satisfies readonly Pick<RoomPlan, 'shell' | 'elevation'>[];

describe.each(rooms)('the gate behind sshd, in $shell, elevation $elevation', (plan) => {
  let room: GateRoom | undefined;
  let door: Door | undefined;
  beforeAll(async () => {
    if (!isRoot) return;
    room = await openTellingRoom(plan);
    door = await openDoor(room);
  });
  afterAll(async () => {
    await door?.close();
    await room?.close();
  });

  function opened(): { readonly room: GateRoom; readonly door: Door } {
    if (room === undefined || door === undefined) throw new Error('the room is not open');
    return { room, door };
  }

  function expectArrived(
    arrived: Arrived,
    userId: string,
    argv: readonly string[],
    read = '',
  ): void {
    expect(arrived).toEqual({
      userId,
      locale: 'C',
      path: expect.stringContaining('/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'),
      argv,
      stdin: read,
    });
  }

  itRooted(
    'lets every command of ours arrive as it was sent, with root’s rights',
    async () => {
      const { runner, close } = sshClient(opened().room, {
        target: { user: opened().room.user },
        elevation: plan.elevation,
      });
      const arrive = async ({ argv: [tool = '', ...rest] }: Sent): Promise<void> => {
        const argv: Argv = [tool, ...rest];
        const { sent, read } = inputOf(argv);
        const { exitCode, stdout, stderr } = await runner.run({ argv, stdin: sent });
        expect({ argv, exitCode, stderr }).toEqual({ argv, exitCode: 0, stderr: '' });
        expectArrived(parseTold(stdout), '0', argv, read);
      };
      const queue = all.filter(({ argv }) => !isReceived(argv));
      expect(queue.length).toBeGreaterThan(100);
      const next = queue.values();
      const worker = async (): Promise<void> => {
        for (const sent of next) await arrive(sent);
      };
      await Promise.all([worker(), worker(), worker(), worker()]).finally(close);
    },
    600_000,
  );

  itRooted('lets the receivers of other hosts arrive as rsync and ssh send them', () => {
    for (const text of [...receivedTexts(), ...receivedCommands]) {
      const { exitCode, stdout, stderr } = opened().door.knock(text);
      expect({ text, exitCode, stderr }).toEqual({ text, exitCode: 0, stderr: '' });
      const verdict = decide(grammar, text);
      const words = verdict.kind === 'allowed' ? verdict.argv : [];
      const isElevated = words[0] === 'sudo';
      const userId = isElevated || plan.elevation === 'none' ? '0' : '4711';
      expectArrived(parseTold(stdout), userId, isElevated ? words.slice(3) : words);
    }
  });

  function receivedTexts(): readonly string[] {
    return all.filter(({ argv }) => isReceived(argv)).map(({ text }) => text);
  }

  function expectRefused({ exitCode, stdout, stderr }: ExecResult, said?: string): void {
    expect({ exitCode, stdout }).toEqual({ exitCode: 126, stdout: '' });
    expect(stderr).toMatch(/^xen-backup-gate: refused: [ -~]+\n$/);
    if (said !== undefined) expect(stderr).toBe(`xen-backup-gate: refused: ${said}\n`);
  }

  /** What the host's log says was refused, in its order. */
  function refusals(): readonly string[] {
    const lines = readFileSync(opened().room.authLog, 'utf8').matchAll(
      / auth\.warn xen-backup-gate: refused, from 127\.0\.0\.1: (.*)\n/g,
    );
    return [...lines].map(([, said = '']) => said);
  }

  itRooted('refuses commands and a shell with 126, one line, and one in the host’s log', () => {
    const { knock, use } = opened().door;
    const first = refusals().length;
    expectRefused(knock('cat /etc/shadow'), 'cat /etc/shadow');
    expectRefused(knock(), 'no command');
    expectRefused(knock('sh'), 'sh');
    expectRefused(knock('id\nid; \u00e9'), 'id?id; ??');
    expectRefused(knock('rsync --server --sender -logDtprze.iLsfxCIvu . /'));
    const environment = ['-o', 'SetEnv=BASH_ENV=/etc/passwd ENV=/etc/passwd'];
    expectRefused(use(['ssh', ...environment, 'ROOM', 'id']), 'id');
    expect(refusals().slice(first)).toEqual([
      ...['cat /etc/shadow', 'no command', 'sh', 'id?id; ??'],
      ...['rsync --server --sender -logDtprze.iLsfxCIvu . /', 'id'],
    ]);
  });

  itRooted('gives no terminal', () => {
    const { exitCode, stdout, stderr } = opened().door.use(['ssh', '-tt', 'ROOM'], {
      input: 'id\n',
    });
    expect({ exitCode, stdout }).toEqual({ exitCode: expect.toSatisfy(isFailure), stdout: '' });
    expect(stderr).toContain('PTY allocation request failed');
  });

  // sshd shows nothing of a subsystem's stderr to the other side: sftp's refusals are in the log.
  itRooted('lets no file through, in either direction', () => {
    const { door, room: there } = opened();
    const folder = join(there.keys.directory, 'taken');
    mkdirSync(folder);
    const first = refusals().length;
    const ways = [
      [['scp', 'ROOM:/etc/passwd', folder], 'internal-sftp'],
      [['scp', '-O', 'ROOM:/etc/passwd', folder], 'scp -f /etc/passwd'],
      [['scp', '-O', '/etc/hostname', 'ROOM:/etc/planted'], 'scp -t /etc/planted'],
      [['scp', '/etc/hostname', 'ROOM:/etc/planted'], 'internal-sftp'],
      [['sftp', '-b', '-', 'ROOM'], 'internal-sftp'],
      [['ssh', '-s', 'ROOM', 'sftp'], 'internal-sftp'],
    ] as const;
    for (const [argv] of ways) {
      const { exitCode } = door.use(argv, { input: `get /etc/passwd ${folder}/passwd\n` });
      expect(exitCode).toSatisfy(isFailure);
    }
    expect(refusals().slice(first)).toEqual(ways.map(([, said]) => said));
    expect(existsSync(there.pathFromHere('/etc/planted'))).toBe(false);
    expect(readdirSync(folder)).toEqual([]);
  });

  itRooted('forwards no port, no socket, no agent', async () => {
    const { use } = opened().door;
    const { port } = opened().room;
    // What -L and -D ask for, too.
    const through = use(['ssh', '-W', `127.0.0.1:${port}`, 'ROOM'], { input: '' });
    expect(through.exitCode).toBe(255);
    expect(through.stderr).toContain('administratively prohibited');
    const strict = ['-o', 'ExitOnForwardFailure=yes', '-N'];
    for (const place of [`${await freePort()}:127.0.0.1:${port}`, '/tmp/socket:127.0.0.1:22']) {
      const back = use(['ssh', ...strict, '-R', place, 'ROOM']);
      expect(back.exitCode).toBe(255);
      expect(back.stderr).toMatch(/remote port forwarding failed|remote forward failure/);
    }
    expectRefused(use(['ssh', '-A', '-X', 'ROOM', 'env']), 'env');
  });

  itRooted(
    'refuses an rsync with an argument more, less, elsewhere or with metacharacters',
    () => {
      const received = all.filter(({ argv }) => isReceived(argv) && argv.includes('--server'));
      expect(received.length).toBeGreaterThan(0);
      const changed = received.flatMap(({ argv, compose }, index) =>
        [...mutationsOf(argv)]
          .filter((_, nth) => nth % 151 === index % 151)
          .map((mutation) => compose(mutation.argv)),
      );
      const injected = receivedCommands.flatMap((text) =>
        [';id', ' ; id', '&&id', ' $(id)', '\nid', ' #', ' ', ' --x', '|id', '>x'].map(
          (added) => `${text}${added}`,
        ),
      );
      const refused = [...changed, ...injected].filter(
        (text) => decide(grammar, text).kind === 'refused',
      );
      expect(refused.length).toBeGreaterThan(100);
      for (const text of refused) expectRefused(opened().door.knock(text));
    },
    600_000,
  );
});
