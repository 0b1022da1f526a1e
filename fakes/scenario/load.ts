import { XenBackupError } from '../../src/core/errors/index.js';
import { crossCheck } from '../../src/config/cross-check.js';
import { problemsOfIssues } from '../../src/config/issues.js';
import { jsonSchemaOf } from '../../src/config/json-schema.js';
import { type LocatedMap, toPlain } from '../../src/config/located.js';
import { formatProblem, type Problem, sortProblems } from '../../src/config/problem.js';
import { type ResolvedConfiguration, resolveConfiguration } from '../../src/config/resolve.js';
import { readYaml } from '../../src/config/yaml-reader.js';
import { checkNames } from './check-names.js';
import { type ScenarioInput, scenarioSchema } from './schema.js';

/** A scenario that has been read and found right. */
export interface Scenario extends ScenarioInput {
  /** The file, for messages. */
  readonly file: string;
  /** What xen-backup is told, when the scenario says so. */
  readonly resolved?: ResolvedConfiguration;
}

/**
 * Reads a scenario.
 *
 * @param file - its path, for messages
 * @throws `scenario-invalid` with every problem as `file:line:col: message`.
 */
export function parseScenario(text: string, file: string): Scenario {
  const reading = readYaml(file, text);
  const { value } = reading;
  if (value?.kind !== 'map') {
    const place = value?.place ?? { file, line: 1, column: 1 };
    throw invalid([...reading.problems, { place, message: 'expected a map of keys' }], file);
  }
  const parsed = scenarioSchema.safeParse(toPlain(value));
  const problems = [...reading.problems, ...checkConfiguration(value), ...checkNames(value)];
  if (!parsed.success) {
    const schema = () => jsonSchemaOf(scenarioSchema);
    throw invalid([...problems, ...problemsOfIssues(parsed.error.issues, value, schema)], file);
  }
  if (problems.length > 0) throw invalid(problems, file);
  const { configuration } = parsed.data;
  return {
    ...parsed.data,
    file,
    ...(configuration === undefined
      ? {}
      : { resolved: resolveConfiguration(configuration, '/root') }),
  };
}

function checkConfiguration(root: LocatedMap): readonly Problem[] {
  const configuration = root.entries.get('configuration')?.value;
  return configuration?.kind === 'map' ? crossCheck(configuration) : [];
}

function invalid(problems: readonly Problem[], file: string): XenBackupError {
  const lines = sortProblems(problems, [file]).map(formatProblem);
  return new XenBackupError('scenario-invalid', {
    message: lines.join('\n'),
    details: { problems: lines },
  });
}
