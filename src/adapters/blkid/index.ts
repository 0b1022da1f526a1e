export { type ContentProbeOptions, createContentProbe } from './adapter.js';
