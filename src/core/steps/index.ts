export * from './inverse.js';
export type * from './step.js';
