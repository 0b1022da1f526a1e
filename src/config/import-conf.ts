import { assembleConfiguration, type TextFile } from './assemble.js';
import { readConfDirectory } from './load.js';
import { configurationInvalid } from './problem.js';
import { renderYaml } from './render.js';
import type { ConfigurationSource } from './source.js';

/**
 * All `*.conf` of a directory as YAML that means the same.
 *
 * @throws `configuration-missing` when there are none, `configuration-invalid` with all problems.
 */
export async function importConfDirectory(
  source: ConfigurationSource,
  directory: string,
): Promise<string> {
  const { files, problems } = await readConfDirectory(source, directory);
  if (problems.length > 0) throw configurationInvalid(problems);
  return importConfFiles(files);
}

/**
 * The 2009 script's files as YAML that means the same.
 *
 * @param files - at least one
 * @throws `configuration-invalid` with all problems.
 */
export function importConfFiles(files: readonly TextFile[]): string {
  const assembly = assembleConfiguration({
    yaml: [],
    conf: files,
    problems: [],
    homeDirectory: '/',
  });
  if (assembly.kind === 'invalid') throw configurationInvalid(assembly.problems);
  const { hosts, guests } = assembly.resolved.configuration;
  const count = files.length === 1 ? '1 file' : `${files.length} files`;
  return [
    `# From ${count} of the kind DOMU=, DOM0S=. Hosts are reached under their names;`,
    '# xen-backup config schema describes what else can be said about them.\n',
  ]
    .join('\n')
    .concat(
      renderYaml({
        hosts: Object.fromEntries(hosts.map(({ name }) => [name, {}])),
        guests: Object.fromEntries(guests.map(({ name, hosts: of }) => [name, { hosts: [...of] }])),
      }),
    );
}
