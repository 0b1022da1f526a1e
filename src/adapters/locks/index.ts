export { createLocks, type LocksOptions } from './adapter.js';
