export * from './entry.js';
export * from './read.js';
