export { createToolInspector } from './adapter.js';
