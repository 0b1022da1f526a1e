export {
  decideGuest,
  type DecisionOptions,
  type GuestDecision,
  type HostInventory,
  type RefusedTarget,
} from './decide.js';
export { holdsItsDisks, stateMeaning, type StateMeaning } from './states.js';
