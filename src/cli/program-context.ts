import type { CommandTrace } from '../composition/command-trace.js';
import type { Connector } from '../composition/connector.js';
import type { Configuration } from '../core/index.js';
import type { Clock } from '../ports/index.js';
import type { CliContext } from './context.js';
import type { GlobalOptions } from './global-options.js';
import type { SignalSource } from './interruption.js';
import type { LogSink } from './log/record.js';
import type { Simulation } from './simulation.js';
import type { Screen } from './terminal/screen.js';
import type { Verbosity } from './verbosity.js';

/** How hosts are to be reached. */
export interface HostsRequest {
  /** Records every command. */
  readonly trace?: CommandTrace;
  /** Time of real hosts; simulated ones have their own. */
  readonly clock: Clock;
}

/** What commands that work on hosts need beside what every command needs. */
export interface ProgramContext extends CliContext {
  readonly globals: GlobalOptions;
  readonly verbosity: Verbosity;
  readonly screen: Screen;
  /** Everything that logs: stderr, and syslog where it is wanted. */
  readonly log: LogSink;
  readonly signals: SignalSource;
  /** The simulated hosts of `--simulate`; `undefined` without it. */
  simulation(): Promise<Simulation | undefined>;
  openHosts(configuration: Configuration, request: HostsRequest): Promise<Connector>;
}
