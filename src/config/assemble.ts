import { readConfFile } from './conf-file.js';
import { crossCheck } from './cross-check.js';
import { problemsOfIssues } from './issues.js';
import { jsonSchemaOf } from './json-schema.js';
import { type LocatedMap, toPlain } from './located.js';
import { mergeFiles } from './merge.js';
import { mergeConfGuests } from './merge-conf.js';
import { type Problem, sortProblems } from './problem.js';
import { type ResolvedConfiguration, resolveConfiguration } from './resolve.js';
import { configurationSchema } from './schema.js';
import { readYaml } from './yaml-reader.js';

/** A file and what stands in it. */
export interface TextFile {
  readonly path: string;
  readonly text: string;
}

export interface ConfigurationTexts {
  /** `config.yaml`, then those of `conf.d`, in order. */
  readonly yaml: readonly TextFile[];
  /** The 2009 script's files, in order. */
  readonly conf: readonly TextFile[];
  /** Problems found while the files were read. */
  readonly problems: readonly Problem[];
  /** For `~/`. */
  readonly homeDirectory: string;
}

export type Assembly =
  | { readonly kind: 'valid'; readonly resolved: ResolvedConfiguration }
  | { readonly kind: 'invalid'; readonly problems: readonly [Problem, ...Problem[]] };

/** One configuration out of all files, or everything that is wrong with them. */
export function assembleConfiguration(texts: ConfigurationTexts): Assembly {
  const gathered = gather(texts);
  const plain = configurationSchema.safeParse(toPlain(gathered.value));
  const issues = plain.success
    ? []
    : problemsOfIssues(plain.error.issues, gathered.value, () => jsonSchemaOf(configurationSchema));
  const [first, ...others] = sortProblems(
    [...gathered.problems, ...issues, ...crossCheck(gathered.value)],
    [...texts.yaml, ...texts.conf].map(({ path }) => path),
  );
  if (first !== undefined) return { kind: 'invalid', problems: [first, ...others] };
  if (!plain.success) throw plain.error;
  return { kind: 'valid', resolved: resolveConfiguration(plain.data, texts.homeDirectory) };
}

interface Gathered {
  readonly value: LocatedMap;
  readonly problems: readonly Problem[];
}

function gather(texts: ConfigurationTexts): Gathered {
  const problems: Problem[] = [...texts.problems];
  const maps: LocatedMap[] = [];
  for (const file of texts.yaml) {
    const reading = readYaml(file.path, file.text);
    problems.push(...reading.problems);
    if (reading.value?.kind === 'map') maps.push(reading.value);
    else if (reading.value !== undefined) {
      problems.push({ place: reading.value.place, message: 'expected a map of keys' });
    }
  }
  const conf = texts.conf.map((file) => readConfFile(file.path, file.text));
  for (const reading of conf) problems.push(...reading.problems);
  const [first = emptyMap(texts), ...rest] = maps;
  const merged = mergeFiles([first, ...rest]);
  const whole = mergeConfGuests(
    merged.value,
    conf.flatMap(({ guest }) => (guest === undefined ? [] : [guest])),
  );
  return {
    value: whole.value,
    problems: [...problems, ...merged.problems, ...whole.problems],
  };
}

function emptyMap(texts: ConfigurationTexts): LocatedMap {
  const file = texts.yaml[0]?.path ?? texts.conf[0]?.path ?? '';
  return { kind: 'map', place: { file, line: 1, column: 1 }, entries: new Map() };
}
