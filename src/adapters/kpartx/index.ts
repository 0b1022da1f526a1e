export { createPartitionMapper, type PartitionMapperOptions } from './adapter.js';
