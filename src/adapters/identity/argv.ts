import type { Argv } from '../../ports/index.js';

/** Boot id and node name, a line each. */
export const identityArgv: Argv = [
  'cat',
  '/proc/sys/kernel/random/boot_id',
  '/proc/sys/kernel/hostname',
];
