import { CST, Lexer } from 'yaml';

/** Brackets inside brackets. */
const maxFlowDepth = 32;
/** Columns of indentation and `- ` in front of a value: no level has less than one. */
const maxBlockDepth = 200;

/**
 * True for a text whose nesting would take the parser, which recurses, to the end of its stack.
 * That must not be tried out: Node 20 does not always throw there, but may end the whole process
 * (seen: a regular expression compiled for the first time near the end of the stack).
 * Tokens alone are looked at, without recursion.
 */
export function isNestedTooDeeply(text: string): boolean {
  let flowDepth = 0;
  let blockDepth = 0;
  let lineStart = true;
  for (const token of new Lexer().lex(text)) {
    switch (CST.tokenType(token)) {
      case 'flow-map-start':
      case 'flow-seq-start':
        flowDepth += 1;
        break;
      case 'flow-map-end':
      case 'flow-seq-end':
        flowDepth = Math.max(0, flowDepth - 1);
        break;
      case 'newline':
        blockDepth = 0;
        lineStart = true;
        continue;
      case 'space':
        if (lineStart && flowDepth === 0) blockDepth += token.length;
        break;
      case 'seq-item-ind':
      case 'explicit-key-ind':
      case 'map-value-ind':
        if (flowDepth === 0) blockDepth += 1;
        break;
      default:
        break;
    }
    lineStart = false;
    if (flowDepth > maxFlowDepth || blockDepth > maxBlockDepth) return true;
  }
  return false;
}
