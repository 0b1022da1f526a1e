export { refusedLine } from '../../adapters/ssh/remote-command.js';
export { decide } from './decide.js';
export { gateGrammar } from './grammar.js';
export { type GateLimits, gateRoles, type GateRole } from './limits.js';
export { printGate } from './print.js';
