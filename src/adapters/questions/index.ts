export { askArgv } from './argv.js';
export { createAskingRunner } from './runner.js';
