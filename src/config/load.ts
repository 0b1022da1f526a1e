import { dirname, join } from 'node:path';
import { XenBackupError } from '../core/errors/index.js';
import { assembleConfiguration, type TextFile } from './assemble.js';
import { configurationInvalid, type Problem } from './problem.js';
import type { ResolvedConfiguration } from './resolve.js';
import type { ConfigurationSource } from './source.js';

/** Read when no other file is named. */
export const defaultConfigurationFile = '/etc/xen-backup/config.yaml';

/** Which files make the configuration. */
export interface ConfigurationRequest {
  /** `--config`; `conf.d/*.yaml` beside it is read too. Default: {@link defaultConfigurationFile}. */
  readonly file?: string;
  /** `--conf-dir`: a directory with the 2009 script's `*.conf`. */
  readonly confDirectory?: string;
}

/** A configuration, and where it came from. */
export interface LoadedConfiguration extends ResolvedConfiguration {
  /** The files it came from, in the order in which they were read. */
  readonly files: readonly string[];
}

/**
 * Reads, merges and validates the configuration.
 *
 * @throws `configuration-missing` when there is none, `configuration-invalid` with all problems.
 */
export async function loadConfiguration(
  source: ConfigurationSource,
  request: ConfigurationRequest = {},
): Promise<LoadedConfiguration> {
  const yaml = await readYamlFiles(source, request);
  const conf =
    request.confDirectory === undefined
      ? noFiles
      : await readConfDirectory(source, request.confDirectory);
  const problems = [...yaml.problems, ...conf.problems];
  if (yaml.files.length + conf.files.length + problems.length === 0) {
    throw missing(request.file ?? defaultConfigurationFile, 'there is no such file');
  }
  const assembly = assembleConfiguration({
    yaml: yaml.files,
    conf: conf.files,
    problems,
    homeDirectory: source.homeDirectory,
  });
  if (assembly.kind === 'invalid') throw configurationInvalid(assembly.problems);
  return {
    ...assembly.resolved,
    files: [...yaml.files, ...conf.files].map(({ path }) => path),
  };
}

interface FilesRead {
  readonly files: readonly TextFile[];
  readonly problems: readonly Problem[];
}

const noFiles: FilesRead = { files: [], problems: [] };

async function readYamlFiles(
  source: ConfigurationSource,
  request: ConfigurationRequest,
): Promise<FilesRead> {
  const main = request.file ?? defaultConfigurationFile;
  const mainRead = await readFiles(source, [main]);
  // A file that was named must be there, whatever else is.
  if (request.file !== undefined && isEmpty(mainRead)) throw missing(main, 'there is no such file');
  const directory = join(dirname(main), 'conf.d');
  const names = await visibleNames(source, directory);
  const rest = await readFiles(
    source,
    names.filter((name) => name.endsWith('.yaml')).map((name) => join(directory, name)),
  );
  const misnamed = names
    .filter((name) => name.endsWith('.yml'))
    .map((name) => problemWith(join(directory, name), 'only *.yaml is read here: rename the file'));
  return {
    files: [...mainRead.files, ...rest.files],
    problems: [...mainRead.problems, ...rest.problems, ...misnamed],
  };
}

/**
 * Texts of all `*.conf` of a directory.
 *
 * @throws `configuration-missing` when there are none.
 */
export async function readConfDirectory(
  source: ConfigurationSource,
  directory: string,
): Promise<FilesRead> {
  const names = (await visibleNames(source, directory)).filter((name) => name.endsWith('.conf'));
  if (names.length === 0) throw missing(directory, 'there is no *.conf in it');
  return readFiles(
    source,
    names.map((name) => join(directory, name)),
  );
}

/** As a shell's `*` has it: files that begin with a dot are an editor's. */
async function visibleNames(
  source: ConfigurationSource,
  directory: string,
): Promise<readonly string[]> {
  const names = (await source.listNames(directory)) ?? [];
  return names.filter((name) => !name.startsWith('.'));
}

async function readFiles(
  source: ConfigurationSource,
  paths: readonly string[],
): Promise<FilesRead> {
  const files: TextFile[] = [];
  const problems: Problem[] = [];
  for (const path of paths) {
    const reading = await source.readText(path);
    if (reading.kind === 'text') files.push({ path, text: reading.text });
    else if (reading.kind === 'unreadable') problems.push(problemWith(path, reading.reason));
  }
  return { files, problems };
}

function isEmpty(read: FilesRead): boolean {
  return read.files.length === 0 && read.problems.length === 0;
}

function problemWith(file: string, message: string): Problem {
  return { place: { file, line: 1, column: 1 }, message };
}

function missing(path: string, reason: string): XenBackupError {
  return new XenBackupError('configuration-missing', {
    message: `no configuration: ${path}: ${reason}`,
    details: { path },
  });
}
