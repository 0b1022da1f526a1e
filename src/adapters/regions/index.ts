export { createRegionReader } from './adapter.js';
