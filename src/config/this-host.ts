import type { Configuration } from '../core/model/index.js';
import { resolveConfiguration } from './resolve.js';

/**
 * The configuration of the machine that xen-backup runs on and nothing else: for commands that
 * only look, where nothing is configured.
 */
export function thisHostConfiguration(): Configuration {
  const parsed = { hosts: { localhost: { connection: 'local' as const } } };
  return resolveConfiguration(parsed, '/').configuration;
}
