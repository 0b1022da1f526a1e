import type {
  ConfigurationRequest,
  ConfigurationSource,
  LoadedConfiguration,
} from '../config/index.js';
import type { Configuration } from '../core/index.js';
import type { HostConnector } from '../ports/index.js';
import type { ExitCode } from './exit-codes.js';
import type { Colours } from './text/index.js';

/** Everything a command may touch of the world around it, so that each can be tested alone. */
export interface CliContext {
  /** Results. The text is printed as it is: commands end their lines. */
  stdout(text: string): void;
  /** Problems and progress, likewise. */
  stderr(text: string): void;
  readonly colours: Colours;
  /** Shows the error that ended a command, in the form and at the places that logs have. */
  reportError(thrown: unknown): void;
  readonly files: CliFiles;
  /** Which configuration files the command line names. */
  configurationRequest(): ConfigurationRequest;
  /**
   * The configuration: of those files, or of the scenario under `--simulate`.
   *
   * @throws `configuration-missing`, `configuration-invalid`, `scenario-invalid`.
   */
  readConfiguration(): Promise<LoadedConfiguration>;
  /** Reaches the hosts of a configuration, real or simulated ones. */
  openConnector(configuration: Configuration): Promise<OpenConnector>;
  /** Called once by each command that was run, with the code for the process to exit with. */
  finish(exitCode: ExitCode): void;
}

/** Files of the machine that xen-backup runs on. Relative paths begin at the working directory. */
export interface CliFiles extends ConfigurationSource {
  /**
   * Writes a new file (mode 0644 unless said otherwise) and the directories above it.
   *
   * @throws `usage-invalid` when there is such a file: it is never overwritten.
   */
  createFile(path: string, text: string, mode?: number): Promise<void>;
}

export interface OpenConnector extends HostConnector {
  /** Ends every connection that is still open. */
  close(): Promise<void>;
}
