import type { DeviceEvents } from '../../src/ports/index.js';
import { deviceAt } from '../block/devices.js';
import { otherRulesFor } from '../block/udev-rules.js';
import { settleUdev } from '../block/udev-queue.js';
import { reloadRules } from '../daemons/rule-files.js';
import { FileContent } from '../filesystem/content.js';
import { exists, makeDirectory, removeFile, writeFile } from '../filesystem/files.js';
import type { Machine } from '../world/state.js';
import { portError } from './errors.js';

const settleLimitMs = 60_000;

/** What keeps udev's automatic machinery from the devices of a run. */
const ruleText = [
  'SUBSYSTEM=="block"',
  'ENV{DM_NAME}=="xen-backup-*|*-xen--backup--*"',
  'ENV{DM_UDEV_DISABLE_OTHER_RULES_FLAG}="1"',
  'OPTIONS+="nowatch"',
].join(', ');

/** udev of a simulated machine. */
export function simulatedDeviceEvents(machine: Machine): DeviceEvents {
  return {
    async installRule(path) {
      makeParents(machine, path);
      writeFile(machine, path, FileContent.fromText(`${ruleText}\n`), { mode: 0o600 });
      reloadRules(machine);
    },
    async isLeftAlone(device) {
      const found = deviceAt(machine, device);
      if (found === undefined) throw portError(machine, 'device-not-found', `no ${device}`);
      return otherRulesFor(machine, found) === 'off';
    },
    async removeRule(path) {
      if (exists(machine, path)) removeFile(machine, path);
      reloadRules(machine);
    },
    async settle() {
      if (!(await settleUdev(machine, settleLimitMs))) {
        throw portError(machine, 'command-timed-out', 'udev did not settle');
      }
    },
  };
}

function makeParents(machine: Machine, path: string): void {
  const parts = path.split('/').slice(1, -1);
  for (const index of parts.keys()) {
    const parent = `/${parts.slice(0, index + 1).join('/')}`;
    if (!exists(machine, parent)) makeDirectory(machine, parent, 0o700);
  }
}
