import { XenBackupError } from '../../src/core/errors/index.js';
import { commandText, matchesCommand } from './command-text.js';
import type { FaultEffect, FaultRule } from './types.js';

/** A command about to be run, as rules are compared with it. */
export interface CommandUnderFault {
  readonly machine: string;
  readonly argv: readonly string[];
  /** Number in the world; absent for a tool that another one has become (exec). */
  readonly number?: number;
}

interface LiveRule {
  readonly rule: FaultRule;
  /** Commands that agreed with the rule so far. */
  seen: number;
  hits: number;
}

/** Faults that strike one command. */
export class ArmedFaults {
  readonly #rules: LiveRule[];

  constructor(rules: LiveRule[]) {
    this.#rules = rules;
  }

  /** Effects that strike at this moment; each is counted as hit. */
  at(moment: 'before' | 'after'): readonly FaultEffect[] {
    return this.#take((rule) => rule.moment.kind === moment);
  }

  /** Effects due in the middle of a long command. Each strikes once. */
  during(share: number): readonly FaultEffect[] {
    return this.#take(({ moment }) => moment.kind === 'during' && share >= moment.share);
  }

  #take(due: (rule: FaultRule) => boolean): readonly FaultEffect[] {
    const struck = this.#rules.filter((live) => due(live.rule));
    for (const live of struck) {
      live.hits += 1;
      this.#rules.splice(this.#rules.indexOf(live), 1);
    }
    return struck.map((live) => live.rule.effect);
  }
}

/** The script of faults of a world. */
export class FaultScript {
  readonly #rules: LiveRule[] = [];

  constructor(rules: readonly FaultRule[] = []) {
    for (const rule of rules) this.add(rule);
  }

  add(rule: FaultRule): void {
    this.#rules.push({ rule, seen: 0, hits: 0 });
  }

  /** Rules that strike this command, at whatever moment of it. */
  arm(command: CommandUnderFault): ArmedFaults {
    if (this.#rules.length === 0) return none;
    const agreeing = this.#rules.filter(({ rule }) => agrees(rule, command));
    for (const live of agreeing) live.seen += 1;
    const due = agreeing.filter(({ rule, seen }) => {
      const { occurrence } = rule.match;
      return occurrence === 'every' || occurrence === seen;
    });
    return new ArmedFaults(due);
  }

  /** Names of the rules that never struck. */
  unused(): readonly string[] {
    return this.#rules.filter((live) => live.hits === 0).map(({ rule }) => rule.name);
  }

  /** @throws XenBackupError `fault-unused` naming the rules that never struck. */
  requireAllUsed(): void {
    const names = this.unused();
    if (names.length === 0) return;
    throw new XenBackupError('fault-unused', {
      message: `never hit: ${names.join('; ')}`,
      details: { faults: names },
    });
  }

  /** What a kept world remembers: per rule, how often it agreed and struck. */
  counts(): Readonly<Record<string, readonly [seen: number, hits: number]>> {
    return Object.fromEntries(
      this.#rules.map(({ rule, seen, hits }) => [rule.name, [seen, hits] as const]),
    );
  }

  restoreCounts(counts: ReturnType<FaultScript['counts']>): void {
    for (const live of this.#rules) {
      const [seen, hits] = counts[live.rule.name] ?? [0, 0];
      live.seen = seen;
      live.hits = hits;
    }
  }
}

const none = new ArmedFaults([]);

function agrees({ match }: FaultRule, command: CommandUnderFault): boolean {
  if (match.machine !== undefined && match.machine !== command.machine) return false;
  if (match.number !== undefined && match.number !== command.number) return false;
  const text = commandText(command.argv);
  if (match.except !== undefined && matchesCommand(match.except, text)) return false;
  return match.command === undefined || matchesCommand(match.command, text);
}
