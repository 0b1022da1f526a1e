export { createLocks } from './adapter.js';
