import { Volume } from 'memfs';
import { isXenBackupError } from '../core/errors/index.js';
import { type ConfigurationRequest, loadConfiguration } from './load.js';
import { nodeConfigurationSource } from './source.js';

type Files = Readonly<Record<string, string | Uint8Array>>;

/** Loads a configuration from files in memory; relative paths begin at `/work`. */
export function load(files: Files, request?: ConfigurationRequest) {
  const volume = Volume.fromJSON({ '/work/.keep': '' });
  for (const [path, content] of Object.entries(files)) {
    volume.mkdirSync(path.slice(0, path.lastIndexOf('/')), { recursive: true });
    volume.writeFileSync(path, content);
  }
  const source = nodeConfigurationSource({
    workingDirectory: '/work',
    homeDirectory: '/home/operator',
    fileSystem: {
      open: (path, flags) => volume.promises.open(path, flags),
      readdir: async (path) => (await volume.promises.readdir(path)).map(String),
    },
  });
  return loadConfiguration(source, request);
}

/** What is wrong with a configuration that must not load. */
export async function problemsOf(files: Files, request?: ConfigurationRequest) {
  const error: unknown = await load(files, request).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isXenBackupError(error)) throw new Error('expected an error of ours', { cause: error });
  return { code: error.code, lines: error.message.split('\n'), details: error.details };
}
