import type { RunContext } from '../app/context.js';
import type { Configuration, RunId } from '../core/index.js';
import type { Clock, HostConnector } from '../ports/index.js';
import type { Connector } from './connector.js';
import { createEventStream, type RunEventListener } from './event-stream.js';
import { createRealConnector } from './real-connector.js';
import { createRunId } from './run-id.js';
import { systemClock } from './system-clock.js';
import { thisMachine } from './this-machine.js';

/** What every use case may be given; only the configuration has no default. */
export interface RunSettings {
  readonly configuration: Configuration;
  /** How hosts are reached. Default: the real ones, by processes here and SSH elsewhere. */
  readonly connector?: HostConnector | Connector;
  /** Default: the connector's own where it has one, else the time of this machine. */
  readonly clock?: Clock;
  /** Aborting it ends the work: nothing new is begun, everything is taken down in order. */
  readonly signal?: AbortSignal;
  /** Ten of `[a-z0-9]`. Default: random. */
  readonly runId?: RunId;
}

export interface RunListeners {
  readonly listeners: readonly RunEventListener[];
  readonly onListenerError: (error: unknown) => void;
}

/**
 * Does work with a context of its own; connections that were opened for it are closed at the end.
 */
export async function withRunContext<T>(
  settings: RunSettings,
  { listeners, onListenerError }: RunListeners,
  work: (context: RunContext) => Promise<T>,
): Promise<T> {
  const { configuration, signal = new AbortController().signal } = settings;
  const { connector, close } = connectorOf(settings);
  const clock = settings.clock ?? clockOf(connector);
  const runId = settings.runId ?? createRunId();
  try {
    return await work({
      runId,
      configuration,
      connector,
      clock,
      signal,
      events: createEventStream({ runId, clock, listeners, onListenerError }),
      controller: { nodeName: thisMachine().nodeName, processId: process.pid },
    });
  } finally {
    await close();
  }
}

function connectorOf(settings: RunSettings) {
  if (settings.connector !== undefined) {
    // Whoever brought a connector closes it.
    return { connector: settings.connector, close: () => Promise.resolve() };
  }
  const connector = createRealConnector(settings.configuration);
  return { connector, close: () => connector.close() };
}

function clockOf(connector: HostConnector | Connector): Clock {
  return 'clock' in connector ? connector.clock : systemClock;
}
