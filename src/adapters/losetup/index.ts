export { createBackingStores } from './adapter.js';
