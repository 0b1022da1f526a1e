export { createQcow2Server } from './adapter.js';
