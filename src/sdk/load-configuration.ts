import { homedir } from 'node:os';
import {
  type ConfigurationRequest,
  type LoadedConfiguration,
  loadConfiguration as load,
  nodeConfigurationSource,
} from '../config/index.js';

/** Which files make the configuration, and where relative paths begin. */
export interface LoadConfigurationOptions extends ConfigurationRequest {
  /** Default: the working directory of the process. */
  readonly workingDirectory?: string;
  /** For `~/` in paths. Default: the home of the user. */
  readonly homeDirectory?: string;
}

/**
 * Reads, merges and validates the configuration of this machine.
 *
 * @throws XenBackupError `configuration-missing` when there is none; `configuration-invalid` with
 * all problems, one `file:line:col: message` a line.
 */
export function loadConfiguration(
  options: LoadConfigurationOptions = {},
): Promise<LoadedConfiguration> {
  const { workingDirectory = process.cwd(), homeDirectory = homedir(), ...request } = options;
  return load(nodeConfigurationSource({ workingDirectory, homeDirectory }), request);
}
