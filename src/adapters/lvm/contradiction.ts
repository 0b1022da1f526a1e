import { unexpectedOutput } from '../shared/index.js';

/**
 * States what LVM's reports must agree on.
 *
 * @throws `output-unexpected` with the contradiction when they do not.
 */
export function mustHold(condition: boolean, contradiction: string): asserts condition {
  if (!condition) throw unexpectedOutput('LVM reports that contradict each other', contradiction);
}
