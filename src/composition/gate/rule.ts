import type { GateRole } from './limits.js';
import type { Pattern } from './pattern.js';

/** Commands that are let through, and what may come to them over their input. */
export interface GateRule {
  /** For messages and tests. */
  readonly name: string;
  /** Who needs them. `both`: whatever the host is. */
  readonly role: GateRole;
  readonly pattern: Pattern;
  /** Default: whatever comes. */
  readonly input?: GateInput;
  /** `shared`: it is a question, which may come together with others. */
  readonly session?: 'shared';
}

/**
 * What a command reads. `fixed`: the gate's own text, and nothing of what was sent. `checked`: what
 * was sent, if it matches.
 */
export type GateInput =
  | { readonly kind: 'fixed'; readonly text: string }
  | { readonly kind: 'checked'; readonly pattern: Pattern };

/** Rules that hold whatever the host is. */
export function forBoth(name: string, pattern: Pattern, input?: GateInput): GateRule {
  return { name, role: 'both', pattern, ...(input === undefined ? {} : { input }) };
}

/** Rules for hosts from which guests are copied. */
export function forSource(name: string, pattern: Pattern): GateRule {
  return { name, role: 'source', pattern };
}

/** Rules for hosts to which guests are copied. */
export function forTarget(name: string, pattern: Pattern): GateRule {
  return { name, role: 'target', pattern };
}

/** The same for a question: several may share a session (`src/adapters/questions/kinds.ts`). */
export function asked(rule: GateRule): GateRule {
  return { ...rule, session: 'shared' };
}
