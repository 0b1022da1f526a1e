export { createHostIdentityReader, type HostIdentityReaderOptions } from './adapter.js';
