export { createDeviceEvents } from './adapter.js';
