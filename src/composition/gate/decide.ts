import { sudoPrefix } from '../../adapters/shared/command-environment.js';
import { quoteCommand } from '../../adapters/shared/quote.js';
import { startScript } from '../../adapters/ssh/remote-command.js';
import type { GateGrammar } from './grammar.js';
import { inputScript } from './input.js';
import { lineOf } from './line.js';
import { matches } from './match.js';
import type { GateRule } from './rule.js';
import { wordsOf } from './words.js';

/** What a gate thinks of a command. */
export type GateVerdict =
  | {
      readonly kind: 'allowed';
      /** Which rule allows it. */
      readonly rule: string;
      /** To be executed as it is; no shell reads it again. */
      readonly argv: readonly string[];
    }
  | {
      readonly kind: 'refused';
      readonly origin: GateOrigin;
      /** What was wanted, without our start script. */
      readonly command: string;
    };

/** `control`: xen-backup sent it, and reads the first line of stdout. `other`: anybody. */
export type GateOrigin = 'control' | 'other';

const startWords = ['sh', '-c', startScript, 'xen-backup'];

/** How every command of ours begins: the shell that says which process it is. */
export const startText = `exec ${quoteCommand(startWords)} `;

/** Judges the text that SSH_ORIGINAL_COMMAND holds. */
export function decide(grammar: GateGrammar, command: string): GateVerdict {
  const isControl = command.startsWith(startText);
  const origin: GateOrigin = isControl ? 'control' : 'other';
  const wanted = isControl ? command.slice(startText.length) : command;
  const refused = { kind: 'refused', origin, command: wanted } as const;
  const words = wordsOf(wanted);
  if (words === undefined) return refused;
  const argv = isControl ? words.slice(1) : words;
  const elevated = sudoPrefix.every((word, index) => argv[index] === word);
  const plain = elevated ? argv.slice(sudoPrefix.length) : argv;
  // The start script says whether its first argument, the tool, is there.
  if (isControl && words[0] !== plain[0]) return refused;
  const rule = ruleFor(isControl ? grammar.control : grammar.data, plain);
  if (rule === undefined) return refused;
  return {
    kind: 'allowed',
    rule: rule.name,
    argv: isControl ? [...startWords, ...words.slice(0, 1), ...fed(argv, rule)] : words,
  };
}

/** The command, behind what gives it its input where that is not simply what was sent. */
function fed(argv: readonly string[], { input }: GateRule): readonly string[] {
  return input === undefined ? argv : ['sh', '-c', inputScript(input), 'xen-backup-input', ...argv];
}

function ruleFor(rules: readonly GateRule[], words: readonly string[]): GateRule | undefined {
  const line = lineOf(words);
  return line === undefined ? undefined : rules.find(({ pattern }) => matches(pattern, line));
}
