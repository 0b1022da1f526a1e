import { askArgv } from '../../../adapters/questions/index.js';
import { commandEnd } from '../../../adapters/questions/scripts.js';
import { like } from '../like.js';
import { all, any, many, run } from '../pattern.js';
import { forBoth, type GateRule } from '../rule.js';

/**
 * Several questions in one session: each must be one that is let through alone, to its last word.
 *
 * @param rules - all rules; those of questions are picked out
 */
export function togetherRule(rules: readonly GateRule[]): GateRule {
  const mark = '5'.repeat(32);
  const marked = { sample: mark, pattern: run('0-9a-f', 32, { max: 32 }) };
  const questions = rules.filter(({ session }) => session === 'shared');
  // The end belongs to each alternative: a choice is not taken back, and one is another's beginning.
  const endings = questions.map(({ pattern }) => all(pattern, `${commandEnd}\n`));
  const script = like(askArgv(mark, []), [marked]);
  return forBoth('questions together', all(script, many(any(...endings), 2)));
}
