import { describe, expect, it } from 'vitest';
import { XenBackupError } from '../../core/errors/index.js';
import type { Argv, Command, CommandResult, CommandRunner } from '../../ports/index.js';
import { createLocalRunner } from '../local/index.js';
import { askArgv } from './argv.js';
import { createAskingRunner } from './index.js';
import { questionKind } from './kinds.js';
import { parseAnswers } from './parse.js';

const hostName = 'dom0a';
const mark = '0123456789abcdef0123456789abcdef';
const mounts: Argv = ['cat', '/proc/self/mountinfo'];
const maps: Argv = ['dmsetup', 'status', 'x'];

/** A runner that answers by a rule, and keeps what it was asked. */
function scripted(answer: (command: Command) => Partial<CommandResult>) {
  const asked: string[] = [];
  const runner: CommandRunner = {
    run: async (command) => {
      const { argv } = command;
      asked.push(argv[3] === 'xen-backup-ask' ? 'together' : argv.join(' '));
      return { argv, exitCode: 0, stdout: '', stderr: '', durationMs: 1, ...answer(command) };
    },
    start: () => Promise.reject(new Error('not used here')),
  };
  return { asked, asking: createAskingRunner({ hostName, runner, newMark: () => mark }) };
}

describe('the script that asks several questions', () => {
  const local = createLocalRunner({ hostName });
  const ask = async (...commands: readonly Argv[]) => {
    const result = await local.run({ argv: askArgv(mark, commands) });
    return parseAnswers(hostName, result, mark, commands).map(({ exitCode, stdout, stderr }) => ({
      exitCode,
      stdout,
      stderr,
    }));
  };

  it('gives each its own output and exit code, byte for byte, whatever became of the others', async () => {
    expect(
      await ask(
        ['printf', '%s', 'no newline at the end'],
        ['sh', '-c', 'echo out; echo err >&2; exit 5'],
        ['true'],
        ['printf', '\\n\\n%s\\n', mark.slice(1)],
      ),
    ).toEqual([
      { exitCode: 0, stdout: 'no newline at the end', stderr: '' },
      { exitCode: 5, stdout: 'out\n', stderr: 'err\n' },
      { exitCode: 0, stdout: '', stderr: '' },
      { exitCode: 0, stdout: `\n\n${mark.slice(1)}\n`, stderr: '' },
    ]);
  });

  it('hands words on as they are: blanks, quotes, dollars, newlines, and more than nine', async () => {
    const words = ['a b', "it's", '"', '$HOME', '$(id)', '`id`', '\n', '*', '\\', 'x;y', '', '12'];
    const [answer] = await ask(['printf', '[%s]', ...words], ['true']);
    expect(answer?.stdout).toBe(words.map((word) => `[${word}]`).join(''));
  });

  it('gives none of them anything to read', async () => {
    expect(await ask(['cat'], ['cat'])).toEqual([
      { exitCode: 0, stdout: '', stderr: '' },
      { exitCode: 0, stdout: '', stderr: '' },
    ]);
  });

  it('cannot be told two commands as one, nor a mark that anybody may know', () => {
    expect(() => askArgv(mark, [['echo', ';', 'id']])).toThrow('has the word');
    expect(() => askArgv('mark', [])).toThrow('not a mark');
  });
});

describe('parseAnswers', () => {
  const answer = (stdout: string, stderr = `\n${mark}\n`): CommandResult => ({
    ...{ argv: askArgv(mark, [mounts]), exitCode: 0, stdout, stderr, durationMs: 1 },
  });

  it.each([
    ['nothing', ''],
    ['no ending', 'text\n'],
    ['an ending without exit code', `text\n${mark}\n`],
    ['one ending too many', `text\n${mark} 0\nmore\n${mark} 0\n`],
    ['text behind the last', `text\n${mark} 0\nmore`],
  ])('takes %s for no answer', (_, stdout) => {
    expect(() => parseAnswers(hostName, answer(stdout), mark, [mounts])).toThrow('not complete');
  });

  it('wants as many endings on stderr', () => {
    expect(() => parseAnswers(hostName, answer(`\n${mark} 0\n`, ''), mark, [mounts])).toThrow();
  });
});

describe('a runner whose questions share sessions', () => {
  const together = (...outputs: readonly string[]) => ({
    stdout: outputs.map((text) => `${text}\n${mark} 0\n`).join(''),
    stderr: outputs.map(() => `\n${mark}\n`).join(''),
  });
  const askBoth = (runner: CommandRunner) =>
    Promise.all([runner.run({ argv: mounts }), runner.run({ argv: maps })]);

  it('asks at once what is asked at one moment, and hands each its answer', async () => {
    const { asked, asking } = scripted(() => together('m', 'd'));
    expect((await askBoth(asking)).map(({ stdout }) => stdout)).toEqual(['m', 'd']);
    expect(asked).toEqual(['together']);
  });

  it('asks alone what is asked alone, and what may hang for reasons of its own', async () => {
    const { asked, asking } = scripted(() => ({}));
    await asking.run({ argv: mounts });
    await Promise.all([asking.run({ argv: mounts }), asking.run({ argv: ['lvs', '-a'] })]);
    expect(asked).toEqual(['cat /proc/self/mountinfo', 'cat /proc/self/mountinfo', 'lvs -a']);
  });

  it('never puts together what changes anything, or is given input', async () => {
    const { asked, asking } = scripted(() => ({}));
    const remove: Argv = ['dmsetup', 'remove', '--retry', 'x'];
    await Promise.all([remove, remove].map((argv) => asking.run({ argv })));
    await Promise.all([maps, maps].map((argv) => asking.run({ argv, stdin: 'x' })));
    expect(asked).toHaveLength(4);
    expect(asked).not.toContain('together');
  });

  it.each(['command-timed-out', 'command-stop-unproven', 'command-output-too-large'] as const)(
    'asks one by one after %s, so that it is told of the one that has it',
    async (code) => {
      const { asked, asking } = scripted(({ argv }) => {
        if (argv[0] !== 'dmsetup' && argv[0] !== 'sh') return { stdout: 'mounts' };
        throw new XenBackupError(code, { message: argv[0] });
      });
      const [listed, failed] = await Promise.allSettled([
        asking.run({ argv: mounts }),
        asking.run({ argv: maps }),
      ]);
      expect(listed).toMatchObject({ value: { stdout: 'mounts' } });
      expect(failed).toMatchObject({ reason: { code, message: 'dmsetup' } });
      expect(asked).toEqual(['together', mounts.join(' '), maps.join(' ')]);
    },
  );

  it('asks one by one when the answers are not complete, or a tool is not there', async () => {
    const { asked, asking } = scripted(({ argv }) => (argv[0] === 'sh' ? together('m') : {}));
    await askBoth(asking);
    expect(asked).toHaveLength(3);
    const missing = scripted(({ argv }) =>
      argv[0] === 'sh' ? { ...together('m', ''), stdout: `m\n${mark} 0\n\n${mark} 127\n` } : {},
    );
    await askBoth(missing.asking);
    expect(missing.asked).toEqual(['together', maps.join(' ')]);
  });

  it('tells all who asked of a defect', async () => {
    const { asked, asking } = scripted(() => {
      throw new TypeError('a defect');
    });
    for (const answer of await Promise.allSettled([
      asking.run({ argv: mounts }),
      asking.run({ argv: maps }),
    ])) {
      expect(answer).toMatchObject({ status: 'rejected', reason: { message: 'a defect' } });
    }
    expect(asked).toEqual(['together']);
  });

  it('keeps each to its own limit of output', async () => {
    const { asked, asking } = scripted(({ argv }) =>
      argv[0] === 'sh' ? together('m', 'too much') : {},
    );
    await Promise.all([
      asking.run({ argv: mounts }),
      asking.run({ argv: maps, maxOutputBytes: 4 }),
    ]);
    expect(asked).toEqual(['together', maps.join(' ')]);
  });
});

describe('questionKind', () => {
  it.each([
    [['lvs', '-a'], 'lvm'],
    [['virsh', '-c', 'xen:///system', 'domstate', 'dc1'], 'libvirt'],
    [['virsh', '-c', 'xen:///system', 'suspend', 'dc1'], undefined],
    [['virsh', '-c', 'xen:///system', 'domstate-x', 'dc1'], undefined],
    [['virsh', '-c', 'xen:///system', 'domstate', 'a b'], 'libvirt'],
    [['parted', '-s', '-j', '/dev/vg/a', 'unit', 'B', 'print'], 'devices'],
    [['parted', '-s', '-j', '/dev/vg/a', 'unit', 'B', 'print', 'mklabel', 'gpt'], undefined],
    [['parted', '-s', '/dev/vg/a', 'mklabel', 'gpt'], undefined],
    [['blockdev', '--getsize64', '/dev/vg/a'], 'devices'],
    [['blockdev', '--getsize64', '--setro', '/dev/vg/a'], undefined],
    [['dmsetup', 'status', '--noflush', 'a', 'b'], 'kernel'],
    [['dmsetup', 'create', 'x'], undefined],
    [['find', '/', '-delete'], undefined],
    [['find -H / -mindepth 1 -maxdepth 1 -printf %f'], undefined],
    [['lvsx'], undefined],
    [['lvs'], 'lvm'],
  ] as const)('of %j', (argv, kind) => {
    expect(questionKind(argv)).toBe(kind);
  });
});
