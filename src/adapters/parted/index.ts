export { createPartitionTableReader, type PartitionTableReaderOptions } from './adapter.js';
