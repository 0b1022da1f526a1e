import type { NodePosition, NumberedStep, RunEvent } from '../../src/index.js';

/** Follows a run's steps and their undoing on each host, and finds every break of the exact reverse. */
export class WatchedSteps {
  /** In words; empty when all went as it must. */
  readonly violations: string[] = [];
  /** What was mounted, in order, when a host's mounts were complete. */
  readonly mounted = new Map<string, readonly NodePosition[]>();
  readonly #open = new Map<string, NumberedStep[]>();

  readonly listen = (event: RunEvent): void => {
    const { host = '', stepId = 0 } = event;
    const open = this.#open.get(host) ?? [];
    this.#open.set(host, open);
    if (event.type === 'step-started') {
      open.push(event.step);
      if (event.step.kind === 'protect-mount-points') this.mounted.set(host, mountsOf(open));
    } else if (event.type === 'undo-started') {
      const last = open.pop();
      if (last?.id !== stepId) {
        const top = last === undefined ? 'nothing' : `${last.kind} ${String(last.id)}`;
        this.violations.push(`${host}: ${event.undo.kind} ${String(stepId)} while ${top} is open`);
      }
    } else if (event.type === 'step-failed' || event.type === 'undo-failed') {
      this.violations.push(`${host}: ${event.code}: ${event.message}`);
    }
  };

  /** What was opened and not closed again. */
  get left(): readonly string[] {
    return [...this.#open].flatMap(([host, steps]) => steps.map(({ kind }) => `${host}: ${kind}`));
  }
}

function mountsOf(steps: readonly NumberedStep[]): readonly NodePosition[] {
  return steps.flatMap((step) =>
    step.kind === 'mount' && step.position !== undefined ? [step.position] : [],
  );
}
