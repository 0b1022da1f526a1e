export { createMounter } from './adapter.js';
