export { createHostFiles } from './adapter.js';
