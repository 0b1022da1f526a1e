export * from './inverse.js';
export * from './step.js';
