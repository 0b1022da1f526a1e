export { createHostFiles, type HostFilesOptions } from './adapter.js';
