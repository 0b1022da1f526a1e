export * from './locate.js';
export * from './record.js';
export * from './seal.js';
export * from './seal-regions.js';
