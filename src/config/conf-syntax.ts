import { Scanner, type Word } from './conf-scanner.js';
import { didYouMean } from './did-you-mean.js';
import type { Place, Problem } from './problem.js';
import { quoted } from './quoted.js';

/** `NAME=value` of the 2009 script's configuration. */
export interface Assignment {
  readonly name: 'DOMU' | 'DOM0S';
  readonly place: Place;
  /** The value without its quotes. */
  readonly value: string;
  readonly valuePlace: Place;
  /** The value split at blanks, as the script's loops did. */
  readonly words: readonly Word[];
}

export interface AssignmentReading {
  readonly assignments: readonly Assignment[];
  readonly problems: readonly Problem[];
}

const names = ['DOMU', 'DOM0S'] as const;

const notExecuted = 'the file is read, never executed: only DOMU= and DOM0S= are understood';

/** Reads the lines of a `*.conf`; after a problem it goes on with the next line. */
export function readAssignments(file: string, text: string): AssignmentReading {
  const scanner = new Scanner(file, text);
  const assignments: Assignment[] = [];
  const problems: Problem[] = [];
  while (scanner.skipToStatement()) {
    try {
      assignments.push(readAssignment(scanner));
    } catch (error) {
      if (!(error instanceof SyntaxProblem)) throw error;
      problems.push(error.problem);
      scanner.skipLine();
    }
  }
  return { assignments, problems };
}

/** Ends the reading of one line; never leaves this file. */
class SyntaxProblem extends Error {
  readonly problem: Problem;
  constructor(place: Place, message: string) {
    super(message);
    this.problem = { place, message };
  }
}

function readAssignment(scanner: Scanner): Assignment {
  const place = scanner.place();
  checkedCharacter({ text: scanner.peek(), place });
  const word = scanner.take(/[A-Za-z_][A-Za-z0-9_]*/y);
  const name = names.find((candidate) => candidate === word);
  if (word === '' || !scanner.skip('=')) {
    const blanks = scanner.take(/[ \t]+/y);
    if (name !== undefined && blanks !== '' && scanner.peek() === '=') {
      throw new SyntaxProblem(place, `write ${name}= without blanks around the equals sign`);
    }
    throw new SyntaxProblem(place, `expected DOMU= or DOM0S=; ${notExecuted}`);
  }
  if (name === undefined) {
    throw new SyntaxProblem(
      place,
      `${quoted(word)} is not known${didYouMean(word, names)}; ${notExecuted}`,
    );
  }
  const valuePlace = scanner.place();
  const characters = readValue(scanner, name);
  return {
    name,
    place,
    value: characters.map(({ text }) => text).join(''),
    valuePlace,
    words: splitWords(characters),
  };
}

/** Quoted and bare pieces up to the first bare blank. */
function readValue(scanner: Scanner, name: Assignment['name']): Word[] {
  const characters: Word[] = [];
  for (;;) {
    const next = scanner.peek();
    if (next === '"' || next === "'") characters.push(...readQuoted(scanner, next));
    else if (next === '' || next === '\n' || next === ' ' || next === '\t') break;
    else characters.push(readBare(scanner, characters.length === 0));
  }
  const blanks = scanner.take(/[ \t]+/y);
  const next = scanner.peek();
  const comment = next === '#' && blanks !== '';
  if (next !== '' && next !== '\n' && !comment) {
    throw new SyntaxProblem(
      scanner.place(),
      `unexpected text after the value of ${name}=; a value with blanks needs quotes; ${notExecuted}`,
    );
  }
  return characters;
}

function readBare(scanner: Scanner, first: boolean): Word {
  const word = scanner.character();
  // What a shell would act upon; a tilde only at the start of a value.
  const active = /[\\$`;&|<>(){}*?[\]!]/.test(word.text) || (first && word.text === '~');
  if (active) throw new SyntaxProblem(word.place, shellSyntax(word.text));
  return checkedCharacter(word);
}

function readQuoted(scanner: Scanner, quote: string): Word[] {
  const opening = scanner.character();
  const characters: Word[] = [];
  for (;;) {
    const word = scanner.character();
    if (word.text === '') throw new SyntaxProblem(opening.place, 'this quote is never closed');
    if (word.text === quote) return characters;
    if (quote === '"' && /[\\$`]/.test(word.text)) {
      throw new SyntaxProblem(word.place, shellSyntax(word.text));
    }
    characters.push(word.text === '\n' ? word : checkedCharacter(word));
  }
}

function shellSyntax(character: string): string {
  return `${quoted(character)} is shell syntax; ${notExecuted}`;
}

function checkedCharacter(word: Word): Word {
  if (word.text === '\r') {
    throw new SyntaxProblem(word.place, 'carriage return: save the file with Unix line ends');
  }
  if (word.text !== '\t' && /\p{Cc}/u.test(word.text)) {
    throw new SyntaxProblem(word.place, `control character ${quoted(word.text)}`);
  }
  return word;
}

function splitWords(characters: readonly Word[]): Word[] {
  const words: Word[] = [];
  let inside = false;
  for (const { text, place } of characters) {
    const blank = text === ' ' || text === '\t' || text === '\n';
    const last = words.at(-1);
    if (blank) inside = false;
    else if (inside && last !== undefined)
      words[words.length - 1] = { ...last, text: last.text + text };
    else {
      words.push({ text, place });
      inside = true;
    }
  }
  return words;
}
