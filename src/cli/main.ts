#!/usr/bin/env node
import { processEnvironment } from './environment.js';
import { runCli } from './run-cli.js';

/** What still holds the process after the end of all work is given so long to let go. */
const lingerMs = 5_000;

// If Node finds nothing left to wait for before the end of the work, that is no success.
process.exitCode = 1;
void runCli(process.argv.slice(2), processEnvironment()).then((exitCode) => {
  process.exitCode = exitCode;
  setTimeout(() => process.exit(), lingerMs).unref();
});
