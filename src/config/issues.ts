import type { z } from 'zod';
import { didYouMean } from './did-you-mean.js';
import { homesOfKey, type JsonSchema, knownKeysAt } from './json-schema.js';
import { type LocatedValue, type PathStep, placeOf, placeOfKey, valueAt } from './located.js';
import type { Problem } from './problem.js';
import { quoted } from './quoted.js';

type Issue = z.core.$ZodIssue;

/**
 * What zod found wrong, in our words and with places.
 *
 * @param root - the value that was validated
 * @param schema - JSON schema of the same, for suggestions
 */
export function problemsOfIssues(
  issues: readonly Issue[],
  root: LocatedValue,
  schema: () => JsonSchema,
): readonly Problem[] {
  return issues.flatMap((issue) => problemsOfIssue(issue, root, schema));
}

function problemsOfIssue(
  issue: Issue,
  root: LocatedValue,
  schema: () => JsonSchema,
): readonly Problem[] {
  const path = issue.path;
  const at = path.length === 0 ? '' : `${formatPath(path)}: `;
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        place: placeOfKey(root, [...path, key]),
        message: `unknown key ${formatPath([...path, key])}${suggestion(key, path, schema())}`,
      }));
    case 'invalid_key':
      return issue.issues.slice(0, 1).map((inner) => ({
        place: placeOfKey(root, path),
        message: `${at}${inner.message}`,
      }));
    case 'invalid_type':
      return [{ place: placeOf(root, path), message: typeMessage(issue, root) }];
    case 'invalid_value':
      return [{ place: placeOf(root, path), message: `${at}${valueMessage(issue, root)}` }];
    case 'invalid_union':
      return [{ place: placeOf(root, path), message: `${at}${unionMessage(issue)}` }];
    case 'invalid_format':
    case 'too_small':
    case 'too_big':
    case 'not_multiple_of':
    case 'invalid_element':
    case 'custom':
      return [{ place: placeOf(root, path), message: `${at}${issue.message}` }];
  }
}

/** `guests.dc1.hosts[0]`; keys that are not plain words in quotes. */
function formatPath(path: readonly PathStep[]): string {
  return path
    .map((step, index) => {
      if (typeof step === 'number') return `[${step}]`;
      const text = String(step);
      const word = /^[\w-]+$/.test(text) ? text : quoted(text);
      return index === 0 ? word : `.${word}`;
    })
    .join('');
}

function suggestion(key: string, path: readonly PathStep[], schema: JsonSchema): string {
  const near = didYouMean(key, knownKeysAt(schema, path));
  if (near !== '') return near;
  const homes = homesOfKey(schema, key).map((home) => (home === '' ? 'the top' : home));
  return homes.length === 0 ? '' : `; it belongs under ${homes.join(' or ')}`;
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map of keys',
  record: 'a map of keys',
};

function typeMessage(issue: Extract<Issue, { code: 'invalid_type' }>, root: LocatedValue): string {
  const found = valueAt(root, issue.path);
  if (found === undefined) return `${formatPath(issue.path)} is missing`;
  const at = issue.path.length === 0 ? '' : `${formatPath(issue.path)}: `;
  // A message of the schema's own says more than the name of a type.
  if (!issue.message.startsWith('Invalid input')) return `${at}${issue.message}`;
  const expected = typeNames[issue.expected] ?? issue.expected;
  return `${at}expected ${expected}, found ${describe(found)}${quotesHint(issue.expected, found)}`;
}

function quotesHint(expected: string, found: LocatedValue): string {
  const readAsOther = found.kind === 'scalar' && found.value !== null;
  return expected === 'string' && readAsOther ? '; put it in quotes' : '';
}

// The member whose type was right knows best what is wrong with the value.
function unionMessage(issue: Extract<Issue, { code: 'invalid_union' }>): string {
  const inner = issue.errors
    .flat()
    .find(({ code }) => code === 'invalid_format' || code === 'too_small');
  return inner?.message ?? issue.message;
}

function valueMessage(
  issue: Extract<Issue, { code: 'invalid_value' }>,
  root: LocatedValue,
): string {
  const allowed = issue.values.map(String);
  const found = valueAt(root, issue.path);
  const hint =
    found?.kind === 'scalar' && typeof found.value === 'string'
      ? didYouMean(found.value, allowed)
      : '';
  const expected = `expected ${allowed.join(', ')}`;
  return found === undefined ? expected : `${expected}; found ${describe(found)}${hint}`;
}

function describe(value: LocatedValue): string {
  if (value.kind === 'list') return 'a list';
  if (value.kind === 'map') return 'a map of keys';
  if (value.value === null) return 'nothing';
  return typeof value.value === 'string' ? quoted(value.value) : String(value.value);
}
