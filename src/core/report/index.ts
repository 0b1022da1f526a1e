export { exitCodeOfError, exitCodeOfGuests, exitCodes } from './exit-code.js';
export type * from './report.js';
