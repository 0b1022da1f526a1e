export { createToolInspector, type ToolInspectorOptions } from './adapter.js';
