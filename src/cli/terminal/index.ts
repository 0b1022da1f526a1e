export { processTerminal } from './process-terminal.js';
export { coloursOf, type OutputStream, type Terminal } from './terminal.js';
