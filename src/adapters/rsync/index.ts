export { createFileCopier, type FileCopierOptions } from './adapter.js';
