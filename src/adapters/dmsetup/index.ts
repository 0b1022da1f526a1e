export { createDeviceMapper, type DeviceMapperOptions } from './adapter.js';
