import { fileNameForGuest } from '../../src/core/index.js';
import { hookScript } from '../../src/adapters/hook/scripts.js';
import { mapsOver } from '../block/openings.js';
import { diskDevices } from '../domains/guest-disks.js';
import type { SimulatedDomain } from '../domains/types.js';
import { readTextIfAny } from '../filesystem/files.js';
import type { Machine } from '../world/state.js';
import { isLockFree } from './scripts/locks.js';

const locks = '/run/xen-backup/locks';
const refusal = 'xen-backup: this guest must not start now: ';

/** The environment in which libvirt starts hooks, as its error shows it. */
const environment = 'LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * What libvirt's hook says to the start of a domain: libvirt's words where it refuses, `undefined`
 * where there is no hook or it agrees. As with `sh -c`, the script is known by its very text and
 * means what it means; any other is refused loudly.
 *
 * Both drivers ask with `prepare begin` first and give up with the error of virHookCall
 * (libxlDomainStartPrepare in src/libxl/libxl_domain.c; qemuProcessPrepareHost in
 * src/qemu/qemu_process.c). That error is the one of virCommandWait (src/util/vircommand.c), put
 * behind `Hook script execution failed: ` (src/util/virhook.c): the environment and arguments as a
 * shell would quote them, the exit status, and all of the hook's stderr, its last newline too.
 */
export function askStartHook(machine: Machine, domain: SimulatedDomain): string | undefined {
  const path = `/etc/libvirt/hooks/${machine.hypervisor.driver === 'QEMU' ? 'qemu' : 'libxl'}`;
  const text = readTextIfAny(machine, path);
  if (text === undefined) return undefined;
  const said = isOurs(text) ? ourAnswer(machine, domain) : 'this hook is not simulated';
  if (said === undefined) return undefined;
  const command = `${environment} ${path} ${shellWord(domain.name)} prepare begin -`;
  const child = `Child process (${command}) unexpected exit status 1`;
  return `Hook script execution failed: internal error: ${child}: ${said}\n`;
}

/** As virBufferEscapeShell writes an argument. */
function shellWord(text: string): string {
  return /[\s!"#$&'()*;<>?[\\\]^`{|}~]/.test(text)
    ? `'${text.replaceAll("'", String.raw`'\''`)}'`
    : text;
}

/** Its second line says which version wrote it. */
function isOurs(text: string): boolean {
  const lines = (script: string): string => script.split('\n').toSpliced(1, 1).join('\n');
  return lines(text) === lines(hookScript(''));
}

function ourAnswer(machine: Machine, domain: SimulatedDomain): string | undefined {
  const lock = `${locks}/guest-${fileNameForGuest(domain.name)}.lock`;
  const owner = (readTextIfAny(machine, lock) ?? '').trim();
  const nobody = -1;
  if (!isLockFree(machine, lock, 'shared', nobody) && !owner.endsWith(',"access":"read-only"}')) {
    return `${refusal}a run of xen-backup writes its disks: ${owner}`;
  }
  if (!isLockFree(machine, `${lock}.writers`, 'exclusive', nobody)) {
    return `${refusal}a copy of xen-backup still writes its disks`;
  }
  for (const device of diskDevices(machine, domain)) {
    for (const { name, readOnly } of mapsOver(machine, device)) {
      if (readOnly || !/^xen-backup-.{10}-/.test(name)) continue;
      return `${refusal}${device} is open for xen-backup as ${name}; if no run is at work: xen-backup recover`;
    }
  }
  return undefined;
}
