import type { RunContext } from '../context.js';

/** The plan inside a check is no run of its own: its beginning and its report are not announced. */
export function quietly(context: RunContext): RunContext {
  const own = new Set(['run-started', 'report']);
  const events = {
    emit: (event: Parameters<RunContext['events']['emit']>[0]) => {
      if (!own.has(event.type)) context.events.emit(event);
    },
  };
  return { ...context, events };
}
