import { XenBackupError } from '../../core/errors/index.js';
import type { Argv } from '../../ports/index.js';
import { requirePath } from '../shared/index.js';

/** Makes udevd read its rules again. */
export function reloadArgv(): Argv {
  return ['udevadm', 'control', '--reload'];
}

/** What udev knows of a device, `KEY=value` a line. */
export function propertiesArgv(device: string): Argv {
  return ['udevadm', 'info', '--query', 'property', requirePath('device', device)];
}

/** Waits until the event queue is empty. @throws `internal` for a time that is no whole second. */
export function settleArgv(timeoutSeconds: number): Argv {
  if (!Number.isSafeInteger(timeoutSeconds) || timeoutSeconds <= 0) {
    throw new XenBackupError('internal', {
      message: `not a time to wait in seconds: ${String(timeoutSeconds)}`,
    });
  }
  return ['udevadm', 'settle', `--timeout=${String(timeoutSeconds)}`];
}
