export { createBlockTransfer } from './block-adapter.js';
export { createFileCopier } from './adapter.js';
