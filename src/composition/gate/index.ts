export { refusedLine } from '../../adapters/ssh/remote-command.js';
export { decide, type GateVerdict } from './decide.js';
export { type GateGrammar, gateGrammar } from './grammar.js';
export { type GateLimits, gateRoles, type GateRole } from './limits.js';
export { printGate } from './print.js';
