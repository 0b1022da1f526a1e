import { XenBackupError } from '../../core/errors/index.js';
import type { Argv } from '../../ports/index.js';
import { printable, requireArgument } from '../shared/index.js';

/** Commands of virsh about one domain. */
export type DomainCommand =
  | 'domstate'
  | 'dumpxml'
  | 'dominfo'
  | 'suspend'
  | 'resume'
  | 'domfsfreeze'
  | 'domfsthaw';

export function listArgv(libvirtUri: string): Argv {
  return [...connected(libvirtUri), 'list', '--all'];
}

/** Names alone, one a line, as they are. */
export function listNamesArgv(libvirtUri: string): Argv {
  return [...connected(libvirtUri), 'list', '--all', '--name'];
}

/**
 * A command about one domain. A name that begins with a hyphen stands after `--`.
 *
 * @throws `usage-invalid` for a name that virsh would take for something else: it tries the number
 *   of a running domain first, then the UUID, then the name.
 */
export function domainArgv(libvirtUri: string, command: DomainCommand, name: string): Argv {
  requireArgument('domain', name);
  if (isTakenForNumberOrUuid(name)) {
    throw new XenBackupError('usage-invalid', {
      message: `virsh would not take ${printable(name)} for a name but for the number or UUID of a domain`,
      remedy: 'Rename the domain (virsh domrename).',
    });
  }
  const operand = name.startsWith('-') ? ['--', name] : [name];
  return [...connected(libvirtUri), command, ...operand];
}

function connected(libvirtUri: string): Argv {
  return ['virsh', '-c', requireArgument('libvirt URI', libvirtUri)];
}

/** virsh reads numbers with strtol(3): blanks and a sign in front count as well. */
function isTakenForNumberOrUuid(name: string): boolean {
  return (
    /^\s*\+?\d+$/.test(name) || /^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i.test(name.trim())
  );
}
