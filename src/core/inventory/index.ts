export { decideGuest, type GuestDecision, type HostInventory } from './decide.js';
export { disksOnTarget, type GuestDisk, selectDisks } from './disks.js';
export { holdsItsDisks, stateMeaning } from './states.js';
