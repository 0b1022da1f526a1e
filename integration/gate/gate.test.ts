import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { matches } from '../../src/composition/gate/match.js';
import { decide, gateGrammar, printGate } from '../../src/composition/gate/index.js';
import { quoteArgument, quoteCommand } from '../../src/adapters/shared/quote.js';
import { inputScript } from '../../src/composition/gate/input.js';
import { receivedCommands } from './built.js';
import { type GoldenCommand, goldenCommands, goldenDisks } from './golden.js';
import { mutationsOf } from './mutations.js';
import { control, isReceived, type Sent, sentCommands } from './sent.js';
import { judgeAll, shells } from './shell-gate.js';

const grammar = gateGrammar({ disks: goldenDisks });
const script = printGate(grammar, ['made for a test']);

let golden: readonly GoldenCommand[] = [];
let all: readonly Sent[] = [];

beforeAll(async () => {
  golden = await goldenCommands();
  all = sentCommands(golden);
}, 600_000);

function ruleOf(text: string): string {
  const verdict = decide(grammar, text);
  return verdict.kind === 'allowed' ? verdict.rule : '';
}

describe('the gate', () => {
  it('lets through every command of full runs of all shipped scenarios, and all others of ours', () => {
    expect(golden.length).toBeGreaterThan(100);
    // A new command of an adapter needs a rule in src/composition/gate/rules.
    const refused = all.filter(({ text }) => ruleOf(text) === '');
    expect(refused.map(({ argv }) => argv.join(' '))).toEqual([]);
    expect(receivedCommands.filter((text) => ruleOf(text) === '')).toEqual([]);
  });

  it('lets the input of each of them through, where it looks at that', () => {
    const checked = golden.flatMap(({ argv, stdin }) => {
      const rule = grammar.control.find(({ name }) => name === ruleOf(control(argv)));
      const input = rule?.input;
      return input?.kind === 'checked' ? [{ argv, isRight: matches(input.pattern, stdin) }] : [];
    });
    expect(checked.length).toBeGreaterThan(1);
    expect(checked.filter(({ isRight }) => !isRight)).toEqual([]);
  });

  it('lets them through with sudo, too', () => {
    const elevated = all
      .filter(({ argv }) => !isReceived(argv))
      .map(({ argv }) => control(argv, 'sudo'));
    expect(elevated.filter((text) => ruleOf(text) === '')).toEqual([]);
  });

  it('has no rule that none of them needs', () => {
    const used = new Set([...all.map(({ text }) => ruleOf(text)), ...receivedCommands.map(ruleOf)]);
    const unused = [...grammar.control, ...grammar.data].map(({ name }) => name);
    expect(unused.filter((name) => !used.has(name) && !rare.test(name))).toEqual([]);
  });

  it('refuses each of them with one argument added, removed, moved, escaped or injected', () => {
    const wrong = all.flatMap(({ argv, compose }) =>
      [...mutationsOf(argv)]
        .filter((mutation) => ruleOf(compose(mutation.argv)) !== '' && !isOurs(mutation.argv, argv))
        .map(({ what }) => `${argv[0] ?? ''}: ${what}`),
    );
    expect(wrong).toEqual([]);
  }, 180_000);

  it('refuses each of them with anything before, behind or between its words', () => {
    const texts = [...all.map(({ text }) => text), ...receivedCommands];
    const wrong = texts.flatMap((text) =>
      [
        ...[
          `${text};id`,
          `${text} ; id`,
          `${text}&&id`,
          `${text} $(id)`,
          `${text}\nid`,
          `${text} #`,
        ],
        ...[`${text} `, ` ${text}`, `${text}\0`, `id;${text}`, `X=1 ${text}`, `\n${text}`],
        ...[text.replaceAll(' ', '  '), text.replaceAll(' ', '\t'), text.replaceAll("'", '"')],
        text.slice(0, -1),
      ].filter(
        (changed) => changed !== text && ruleOf(changed) !== '' && !shortened(changed, text),
      ),
    );
    expect(wrong).toEqual([]);
  });

  it('refuses what is none of ours, whatever it is', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 8 }), (words) => {
        expect(ruleOf(words.join(' '))).toBe('');
        expect(ruleOf(quoteCommand(words.map((word) => word.replaceAll('\0', ''))))).toBe('');
        expect(ruleOf(control(['sh', ...words.map((word) => word.replaceAll('\0', ''))]))).toBe('');
      }),
    );
    for (const text of [
      '',
      'sh',
      'id',
      'id -u',
      'rsync --server --sender . /',
      'scp -f /etc/shadow',
    ]) {
      expect(ruleOf(text)).toBe('');
    }
  });

  it('judges alike whoever judges, with any characters anywhere', () => {
    const [shell = ['sh'] as const] = shells;
    const word = fc.constantFrom(
      ...all.flatMap(({ argv }) => argv).filter((each) => each.length < 80),
    );
    const text = fc.oneof(
      fc.array(fc.oneof(word, fc.string({ maxLength: 12 })), { maxLength: 6 }).map(quoteAny),
      fc
        .array(fc.oneof(word, fc.string({ maxLength: 12 })), { maxLength: 6 })
        .map((words) => words.join(' ').replaceAll('\0', '')),
    );
    const texts = fc.sample(text, 60);
    const lines = [...texts, ...texts.map((each) => `${control(['id'])}${each}`)];
    expect(judgeAll(shell, script, lines)).toEqual(lines.map(ruleOf));
  }, 180_000);
});

describe('printed', () => {
  it('has the input of each rule that gives one, not that of another', () => {
    for (const { name, input } of grammar.control) {
      if (input === undefined) continue;
      const [, given = ''] = new RegExp(`rule='?${name}'? input=\\$(\\w+)`).exec(script) ?? [];
      expect(script, name).toContain(`\n${given}=${quoteArgument(inputScript(input))}\n`);
    }
  });
});

describe.each(shells.map((shell) => [shell.join(' '), shell] as const))(
  'printed, in %s',
  (_, shell) => {
    it('lets the same commands through', () => {
      const texts = [...all.map(({ text }) => text), ...receivedCommands];
      expect(judgeAll(shell, script, texts)).toEqual(texts.map(ruleOf));
    }, 180_000);

    it('refuses the same changed ones', () => {
      const changed = all.flatMap(({ argv, compose }, index) =>
        // Every one of them takes minutes: other ones of each command.
        [...mutationsOf(argv)]
          .filter((__, nth) => nth % oneIn(argv) === index % oneIn(argv))
          .map((mutation) => compose(mutation.argv)),
      );
      const verdicts = judgeAll(shell, script, changed);
      expect(verdicts).toEqual(changed.map(ruleOf));
      expect(verdicts.filter((rule) => rule === '').length).toBeGreaterThan(50);
    }, 180_000);
  },
);

function quoteAny(words: readonly string[]): string {
  return quoteCommand(words.map((word) => word.replaceAll('\0', '')));
}

/** Questions that come together are long, and each of them is there alone as well. */
function oneIn(argv: readonly string[]): number {
  return argv.includes('xen-backup-ask') ? 1499 : 149;
}

/** What no scenario and no list above has: other file systems, other I/O classes. */
const rare =
  /^(mount (ext2|ext4|btrfs|vfat|xfs)|copy |remove |make |list |write |read |lock|kpartx|virsh|version)/;

/**
 * Words that a command may have or not, and lists that may have more, fewer or other members. `@`: the
 * subvolume that a guest's fstab may lie in.
 */
const optional =
  /^(@|--read-?only|-r|--bwlimit=\d+|--exclude=.*|--info=STATS2|--numeric-ids|-@-1|--modify-window=-?1)$/;

/** Whether a changed command is one of ours again, and no more than that. */
function isOurs(changed: readonly string[], argv: readonly string[]): boolean {
  if (argv.includes('xen-backup-ask')) return areOurs(questionsIn(changed), questionsIn(argv));
  const gone = argv.filter((word) => !changed.includes(word));
  const fresh = changed.filter((word) => !argv.includes(word));
  if (argv.includes('xen-backup-tools')) return fresh.every((word) => word === 'extra');
  if (argv[0] === 'mkdir' && argv[1] === '-m') return fresh.length === 0;
  if (argv[0] === 'test') return fresh.every((word) => /^\/[\w/-]+$/.test(word));
  if (argv[0] === 'virsh') return fresh.join() === '' || fresh.join() === 'extra';
  // Names of maps to be asked about, in any number and order; mode of a read.
  const isMapQuestion = argv[0] === 'dmsetup' && /^(info|status)$/.test(argv[1] ?? '');
  if (isMapQuestion && fresh.every((word) => word === 'extra')) return true;
  if (fresh.length > 0) return false;
  if (changed.length === argv.length) return exchanged(changed, argv);
  // A question about one thing without the thing is the question about all.
  const isQuestion = ['lvs', 'dmsetup'].includes(argv[0] ?? '') && gone.join() === argv.at(-1);
  const isParent =
    argv[0] === 'mkdir' &&
    /^\/run\/xen-backup\/[a-z0-9]{10}\/xen-backup-[a-z0-9]{10}-\d+$/.test(gone.join());
  const isLimit = argv.includes('-n') && gone.every((word) => /^(-n|--max-delete=\d+)$/.test(word));
  return isQuestion || isParent || isLimit || gone.every((word) => optional.test(word));
}

/** Of questions that come together, none is more than another one of ours. */
function areOurs(
  changed: readonly (readonly string[])[],
  questions: readonly (readonly string[])[],
): boolean {
  return (
    changed.length === questions.length &&
    questions.every((argv, index) => {
      const other = changed[index] ?? [];
      return other.join('\n') === argv.join('\n') || isOurs(other, argv);
    })
  );
}

/** The head with script and mark, then each question. */
function questionsIn(argv: readonly string[]): readonly (readonly string[])[] {
  const head = argv.slice(0, 5);
  const lines = argv.slice(5).join('\n').split('\n;\n');
  return [head, ...lines.map((line) => line.split('\n'))];
}

/** Two values of one kind in each other’s place: numbers, names of a peer, patterns. */
function exchanged(changed: readonly string[], argv: readonly string[]): boolean {
  const words = argv.filter((word, index) => changed[index] !== word);
  return words.every((word) => /^(\d+|--exclude=.*|backup|192\.0\.2\.11)$/.test(word));
}

/** Numbers and names may be shorter. */
function shortened(changed: string, text: string): boolean {
  return changed === text.slice(0, -1) && /[\w'.-]$/.test(changed);
}
