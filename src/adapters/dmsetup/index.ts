export { createDeviceMapper } from './adapter.js';
