export { createDeviceEvents, type DeviceEventsOptions } from './adapter.js';
