import type { StepKind } from '../../../src/core/steps/index.js';
import type { HostName } from '../hosts.js';
import { isRecord } from '../values.js';

/** Right after something was begun (its intention is in the journal), or right after its end. */
export interface Moment {
  readonly when: 'before' | 'after';
  readonly kind: string;
  readonly host: HostName;
}

const onBoth: readonly StepKind[] = [
  'install-rule',
  'prove-rule',
  'create-map',
  'add-partition-maps',
  'prepare-mount-points',
  'mount',
  'protect-mount-points',
];
const undos = ['unmount', 'remove-mount-points', 'remove-map', 'remove-partition-maps'] as const;

/** Both moments of each kind of step and of undo on each host, and of a copy. */
export const moments: readonly Moment[] = [
  ...['create-snapshot', ...onBoth, ...undos, 'remove-snapshot'].flatMap((kind) =>
    around(kind, 'dom0a'),
  ),
  ...[...onBoth, 'copy', ...undos].flatMap((kind) => around(kind, 'dom0b')),
];

function around(kind: string, host: HostName): readonly Moment[] {
  return [
    { when: 'before', kind, host },
    { when: 'after', kind, host },
  ];
}

/**
 * Every M-th moment from the N-th on.
 *
 * @throws RangeError for anything but `N/M` with N below M.
 */
export function deathsIn(all: readonly Moment[], sample: string): readonly Moment[] {
  const [, first = '', every = ''] = /^(\d+)\/([1-9]\d*)$/.exec(sample) ?? [];
  if (every === '' || Number(first) >= Number(every)) {
    throw new RangeError(`not a sample: ${sample}; 0/10 is the first of ten, 0/1 all`);
  }
  return all.filter((_, index) => index % Number(every) === Number(first));
}

/** Sees in a run's events that a moment has come. */
export class MomentWatcher {
  readonly #moment: Moment;
  /** Kinds of the steps that are under way, by their number. */
  readonly #kinds = new Map<unknown, string>();
  #isOver = false;

  constructor(moment: Moment) {
    this.#moment = moment;
  }

  /** True once the moment has come. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** True for the line with which the moment comes; never again after that. */
  hasCome(line: string): boolean {
    const event: unknown = JSON.parse(line);
    if (this.#isOver || !isRecord(event)) return false;
    this.#isOver = this.#isIt(event);
    return this.#isOver;
  }

  #isIt(event: Readonly<Record<string, unknown>>): boolean {
    const { when, kind, host } = this.#moment;
    if (event['host'] !== host) return false;
    switch (event['type']) {
      case 'step-started':
      case 'undo-started': {
        const what = event[event['type'] === 'step-started' ? 'step' : 'undo'];
        const begun = isRecord(what) ? String(what['kind']) : '';
        this.#kinds.set(event['stepId'], begun);
        return when === 'before' && begun === kind;
      }
      case 'step-finished':
      case 'undo-finished':
        return when === 'after' && this.#kinds.get(event['stepId']) === kind;
      case 'copy-started':
        return when === 'before' && kind === 'copy' && event['pass'] === 'real';
      case 'copy-finished':
        return when === 'after' && kind === 'copy' && event['pass'] === 'real';
      default:
        return false;
    }
  }
}
