export { processTerminal } from './process-terminal.js';
export type { OutputStream, Terminal } from './terminal.js';
