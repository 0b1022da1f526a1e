export { createContentProbe } from './adapter.js';
