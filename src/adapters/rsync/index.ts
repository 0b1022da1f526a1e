export { createFileCopier } from './adapter.js';
