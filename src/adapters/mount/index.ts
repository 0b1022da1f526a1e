export { createMounter, type MounterOptions } from './adapter.js';
