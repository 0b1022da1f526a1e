import type { Argv } from '../../ports/index.js';
import { requireArgument, requirePath } from '../shared/index.js';
import { FIND_TOOLS_SCRIPT } from './scripts.js';

export function findToolsArgv(tools: readonly string[]): Argv {
  const names = tools.map((tool) => requireArgument('tool', tool));
  return ['sh', '-c', FIND_TOOLS_SCRIPT, 'xen-backup-tools', ...names];
}

export function hasFileArgv(path: string): Argv {
  return ['test', '-f', requirePath('path', path)];
}

export function hasDirectoryArgv(path: string): Argv {
  return ['test', '-d', requirePath('path', path)];
}
