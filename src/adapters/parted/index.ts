export { createPartitionTableReader } from './adapter.js';
