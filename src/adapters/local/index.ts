export { createLocalRunner } from './runner.js';
