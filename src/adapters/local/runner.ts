import type { HostName } from '../../core/model/index.js';
import type { HostRunner } from '../../ports/index.js';
import type { Elevation } from '../shared/command-environment.js';
import { SessionRunner } from '../shared/session-runner.js';
import { LocalLauncher } from './launcher.js';

export interface LocalRunnerOptions {
  /** The host's name in messages. */
  readonly hostName: HostName;
  /** Default `none`. */
  readonly elevation?: Elevation;
}

/** The runner of the machine that xen-backup itself runs on. */
export function createLocalRunner(options: LocalRunnerOptions): HostRunner {
  const { hostName, elevation = 'none' } = options;
  return new SessionRunner(hostName, new LocalLauncher(hostName), elevation);
}
