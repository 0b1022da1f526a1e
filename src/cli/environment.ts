import { readFile, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { createRealConnector } from '../composition/real-connector.js';
import type { CliFiles } from './context.js';
import { processSignals, type SignalSource } from './interruption.js';
import { nodeFiles } from './node-files.js';
import { processTerminal, type Terminal } from './terminal/index.js';

/** The machine around the program. A test brings another one. */
export interface CliEnvironment {
  readonly terminal: Terminal;
  readonly files: CliFiles;
  /** Where `--world` is kept. */
  readonly worlds: WorldStore;
  readonly signals: SignalSource;
  readonly connectReal: typeof createRealConnector;
}

/** Files that are replaced each time. */
export interface WorldStore {
  /** `undefined` when there is none yet. */
  read(path: string): Promise<string | undefined>;
  write(path: string, text: string): Promise<void>;
}

/** This process on this machine. */
export function processEnvironment(): CliEnvironment {
  const workingDirectory = process.cwd();
  return {
    terminal: processTerminal(),
    files: nodeFiles({ workingDirectory, homeDirectory: homedir() }),
    worlds: fileWorlds(workingDirectory),
    signals: processSignals,
    connectReal: createRealConnector,
  };
}

/** Worlds as files, larger than anything a person writes. */
function fileWorlds(workingDirectory: string): WorldStore {
  return {
    read: async (path) => {
      try {
        return await readFile(resolve(workingDirectory, path), 'utf8');
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
        throw error;
      }
    },
    write: async (path, text) => {
      const target = resolve(workingDirectory, path);
      await writeFile(`${target}.new`, text);
      await rename(`${target}.new`, target);
    },
  };
}
