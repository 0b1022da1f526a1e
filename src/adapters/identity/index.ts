export { createHostIdentityReader } from './adapter.js';
