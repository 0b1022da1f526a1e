/**
 * The words of a command line as our own quoting and rsync's write them: bare words of harmless
 * characters, single quotes, `\'` between them, one blank after each word but the last. Everything
 * else a shell knows (other quotes, expansions, operators, comments, newlines) has no place in it:
 * `undefined`. A shell would find the same words in the same text, and only words.
 */
export function wordsOf(line: string): readonly string[] | undefined {
  const words: string[] = [];
  let at = 0;
  while (at < line.length) {
    let word = '';
    const from = at;
    for (let piece = pieceAt(line, at); piece !== undefined; piece = pieceAt(line, at)) {
      word += piece.text;
      at += piece.length;
    }
    if (at === from) return undefined;
    words.push(word);
    if (at === line.length) return words;
    if (line[at] !== ' ' || at + 1 === line.length) return undefined;
    at += 1;
  }
  return undefined;
}

const bare = /[A-Za-z0-9_/.,:@+=-]+/y;
const quoted = /'([^']*)'/y;

function pieceAt(line: string, at: number): { text: string; length: number } | undefined {
  bare.lastIndex = at;
  const plain = bare.exec(line)?.[0];
  if (plain !== undefined) return { text: plain, length: plain.length };
  if (line.startsWith("\\'", at)) return { text: "'", length: 2 };
  quoted.lastIndex = at;
  const [whole, inside] = quoted.exec(line) ?? [];
  if (whole === undefined || inside === undefined) return undefined;
  return { text: inside, length: whole.length };
}
