export { createVolumeManager, type VolumeManagerOptions } from './adapter.js';
