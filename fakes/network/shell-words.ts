/**
 * Splits a simple command as a POSIX shell does: quotes and backslashes, nothing else. Operators,
 * variables and patterns are not simulated.
 *
 * @returns undefined for text that is more than a simple command.
 */
export function splitShellWords(text: string): readonly string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let index = 0;
  while (index < text.length) {
    const character = text.charAt(index);
    if (character === "'") {
      const end = text.indexOf("'", index + 1);
      if (end === -1) return undefined;
      word = (word ?? '') + text.slice(index + 1, end);
      index = end;
    } else if (character === '"') {
      const quoted = readDoubleQuoted(text, index + 1);
      if (quoted === undefined) return undefined;
      word = (word ?? '') + quoted.text;
      index = quoted.end;
    } else if (character === '\\') {
      index += 1;
      word = (word ?? '') + text.charAt(index);
    } else if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (/[|&;<>()$`#*?[]/.test(character)) {
      return undefined;
    } else {
      word = (word ?? '') + character;
    }
    index += 1;
  }
  if (word !== undefined) words.push(word);
  return words;
}

function readDoubleQuoted(
  text: string,
  start: number,
): { readonly text: string; readonly end: number } | undefined {
  let value = '';
  for (let index = start; index < text.length; index += 1) {
    const character = text.charAt(index);
    if (character === '"') return { text: value, end: index };
    if (character === '$' || character === '`') return undefined;
    const next = text.charAt(index + 1);
    const escapes = character === '\\' && /["\\$`]/.test(next);
    value += escapes ? next : character;
    if (escapes) index += 1;
  }
  return undefined;
}

/** Splits rsync's `-e` as rsync does: blanks, quotes in which a doubled quote stands for itself. */
export function splitRemoteShell(text: string): readonly string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charAt(index);
    if (quote !== '' && character === quote) {
      if (text.charAt(index + 1) === quote) {
        word = (word ?? '') + quote;
        index += 1;
      } else {
        quote = '';
      }
    } else if (quote === '' && (character === "'" || character === '"')) {
      quote = character;
      word ??= '';
    } else if (quote === '' && character === ' ') {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? '') + character;
    }
  }
  if (word !== undefined) words.push(word);
  return words;
}
