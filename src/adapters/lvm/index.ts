export { createVolumeManager } from './adapter.js';
