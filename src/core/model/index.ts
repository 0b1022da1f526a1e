export * from './configuration.js';
export * from './content.js';
export * from './domain.js';
export * from './mounts.js';
export * from './names.js';
export * from './storage.js';
export * from './tree.js';
export * from './volume.js';
