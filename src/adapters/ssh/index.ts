export { createSshRunner, type SshRunner, type SshRunnerOptions } from './runner.js';
export type { SshTarget } from './settings.js';
