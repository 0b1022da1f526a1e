export { createLocalRunner, type LocalRunnerOptions } from './runner.js';
