export { createSshRunner, type SshRunner, type SshRunnerOptions } from './runner.js';
