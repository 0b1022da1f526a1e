/**
 * xen-backup as a library: load a configuration, plan, run with a listener, recover.
 *
 * ```ts
 * import { loadConfiguration, run } from 'xen-backup';
 *
 * const { configuration } = await loadConfiguration();
 * const report = await run({
 *   configuration,
 *   guests: ['dc1'],
 *   onEvent: (event) => console.log(event.type, event.host),
 * });
 * process.exitCode = report.exitCode;
 * ```
 *
 * With `createSimulation` of `xen-backup/simulation` and {@link createSimulatedConnector} the same
 * runs on hosts that exist in memory only.
 *
 * @packageDocumentation
 */

export { loadConfiguration, type LoadConfigurationOptions } from './sdk/load-configuration.js';
export {
  check,
  type CheckOptions,
  plan,
  type PlanOptions,
  type PlanResult,
  recover,
  type ReplicationOptions,
  run,
  type RunOptions,
  type SessionOptions,
} from './sdk/run.js';

export {
  createSimulatedConnector,
  type SimulatedConnectorOptions,
  type SimulatedHosts,
} from './composition/simulated-connector.js';
export { createRealConnector, type RealConnectorOptions } from './composition/real-connector.js';
export type { Connector } from './composition/connector.js';
export {
  CommandTrace,
  type CommandEnding,
  type TracedCommand,
} from './composition/command-trace.js';

export { type CatalogueEntry, type ErrorCode, errorCatalogue } from './core/errors/catalogue.js';
export {
  type ErrorDetails,
  type ErrorInit,
  isXenBackupError,
  XenBackupError,
} from './core/errors/error.js';
export type { RunSettings } from './composition/run-context.js';
export type { RunEventListener } from './composition/event-stream.js';
export type { LoadedConfiguration } from './config/index.js';
export type { ConfigurationRequest } from './config/load.js';
export type { ResolvedConfiguration } from './config/resolve.js';

// The vocabulary: configuration, devices, steps, events, reports.
export type { CheckReport, CheckSubject, Finding, FindingLevel } from './core/check/finding.js';
export type { RunEvent, RunEventBody, Stage } from './core/events/index.js';
export type {
  LeftOutLine,
  LeftOutReason,
  MountPlan,
  PlannedMount,
  PlannedSubvolume,
} from './core/fstab/index.js';
export type * from './core/model/index.js';
export type { GuestPlan, TargetPlan } from './core/plan/index.js';
export type { GuestReport, RunReport, TargetReport } from './core/report/index.js';
export type { PlacedUndo, Undo } from './core/steps/index.js';
export type * from './core/steps/step.js';
export type {
  BlocksTransfer,
  FilesTransfer,
  HeaderTransfer,
  NotCopied,
  PlannedTransfer,
  Transfer,
} from './core/transfer/index.js';
export type * from './ports/index.js';
