export { createPartitionMapper } from './adapter.js';
