import type { GateLimits } from './limits.js';
import type { GateRule } from './rule.js';
import { blockReceiverRules, blockSenderRules, startRules } from './rules/blocks.js';
import { receiverRules, senderRules } from './rules/copy.js';
import { deviceRules } from './rules/devices.js';
import { fileRules } from './rules/files.js';
import { holdRules } from './rules/holds.js';
import { hostRules } from './rules/host.js';
import { lvmRules } from './rules/lvm.js';
import { mountRules } from './rules/mounts.js';
import { plainDiskRules } from './rules/plain-disks.js';
import { togetherRule } from './rules/questions.js';
import { slotsWithin } from './slots.js';

/** Everything that a gate lets through: the one value both its forms are made of. */
export interface GateGrammar {
  /** What xen-backup itself sends. */
  readonly control: readonly GateRule[];
  /** What other hosts send that copy to this one. */
  readonly data: readonly GateRule[];
}

/**
 * The grammar of a host, made from the very functions that build our commands.
 *
 * @throws `usage-invalid` for limits that no grammar can hold.
 */
export function gateGrammar(limits: GateLimits = {}): GateGrammar {
  const slots = slotsWithin(limits);
  const { role = 'both' } = limits;
  const isNeeded = (rule: GateRule): boolean =>
    role === 'both' || rule.role === 'both' || rule.role === role;
  const control = [
    ...hostRules(slots),
    ...lvmRules(slots),
    ...deviceRules(slots),
    ...fileRules(slots),
    ...mountRules(slots),
    ...plainDiskRules(slots),
    ...holdRules(slots),
    ...senderRules(slots),
    ...blockSenderRules(slots),
    ...startRules(slots),
  ];
  const needed = control.filter(isNeeded);
  return {
    control: [...needed, togetherRule(needed)],
    data: [...receiverRules(slots), ...blockReceiverRules(slots)].filter(isNeeded),
  };
}
