import type { MountEntry, RootIdentity } from '../../core/model/index.js';
import { linesOf, parseCount, parseDeviceNumber, unexpectedOutput } from '../shared/index.js';

// id parent major:minor root mount-point options [optional fields] - type source super-options
const mountLine =
  /^\d+ \d+ (?<device>\d+:\d+) (?<root>\S+) (?<mountPoint>\S+) (?<options>\S+)(?: [a-z_]+(?::\d+)?)* - (?<type>\S+) (?<source>\S*) (?<superOptions>\S+)$/;

/**
 * /proc/self/mountinfo, in the order of mounting. proc(5).
 *
 * @throws `output-unexpected` for an empty text (a process always has a root) and for any line
 * that is no mount.
 */
export function parseMountInfo(text: string): readonly MountEntry[] {
  const lines = text.split('\n');
  if (lines.pop() !== '' || lines.length === 0) {
    throw unexpectedOutput('mountinfo: empty or cut off', text);
  }
  return lines.map(parseLine);
}

function parseLine(line: string): MountEntry {
  const fields = mountLine.exec(line)?.groups;
  const deviceNumber = parseDeviceNumber(fields?.['device'] ?? '');
  if (fields === undefined || deviceNumber === undefined) {
    throw unexpectedOutput('mountinfo: a line that is no mount', line);
  }
  const { root = '', mountPoint = '', type = '', source = '' } = fields;
  const options = `${fields['options'] ?? ''},${fields['superOptions'] ?? ''}`;
  return {
    mountPoint: unescapeOctal(mountPoint),
    source: unescapeOctal(source),
    type: unescapeOctal(type),
    options: options.split(',').map(unescapeOctal),
    deviceNumber,
    root: unescapeOctal(root),
  };
}

/** The kernel writes blank, tab, newline, backslash and `#` as three octal digits. */
function unescapeOctal(text: string): string {
  return text.replaceAll(/\\([0-3][0-7]{2})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}

/** @throws `output-unexpected` for anything but two numbers. */
export function parseRootIdentity(text: string): RootIdentity {
  const [, device = '', inode = ''] = /^(\d{1,20}) (\d{1,20})\n?$/.exec(text) ?? [];
  // Inode 0 is no file, and inodes may exceed what a JavaScript number holds: they stay text.
  if (parseCount(device) === undefined || !/^[1-9]/.test(inode)) {
    throw unexpectedOutput('stat: not a device number and an inode', text);
  }
  return { device, inode };
}

/** How `umount` ended. */
export type UnmountOutcome = 'done' | 'not-mounted' | 'busy' | 'failed';

/** umount(8): every failure is 32, the text tells which. */
export function unmountOutcome(exitCode: number, stderr: string): UnmountOutcome {
  if (exitCode === 0) return 'done';
  if (exitCode !== 32) return 'failed';
  const text = stderr.trim();
  if (/^umount: .*: (?:not mounted|no mount point specified)\.$/.test(text)) return 'not-mounted';
  return /^umount: .*: target is busy\.$/.test(text) ? 'busy' : 'failed';
}

/**
 * What to do about a mount that the kernel refused; `undefined` where its answer does not tell. The
 * kernel gives one answer to features it does not know, to damage, and to options (mount(8)).
 */
export function remedyForRefusal(stderr: string, type: string, host: string): string | undefined {
  if (/wrong fs type, bad option, bad superblock|unknown filesystem type/.test(stderr)) {
    return (
      `The kernel of ${host} does not open this ${type}: it may be too old for the file system's ` +
      `features, or the file system is damaged; dmesg on ${host} says which. Run a newer kernel on ` +
      'the host, or make the file system without the feature; repair it inside the guest; or bring this ' +
      'device over by blocks (devices: in the configuration).'
    );
  }
  if (/mount\(2\) system call failed: File exists/.test(stderr)) {
    return (
      `Another ${type} of the same UUID is mounted on ${host}, and its kernel opens only one of ` +
      'them: replicate guests cloned from one template one after another (--jobs 1).'
    );
  }
  if (/mount\(2\) system call failed: No such file or directory/.test(stderr)) {
    return (
      `This ${type} lies on further devices, and one of them is none of the guest's disks: a file ` +
      'system is only opened with all of its devices.'
    );
  }
  return undefined;
}

/** What mount(8) says beside a success that is what was asked for: about the host's own fstab. */
const harmless: readonly RegExp[] = [
  /^mount: \(hint\) your fstab has been modified, but systemd still uses$/,
  /^the old version; use 'systemctl daemon-reload' to reload\.$/,
];

/** True when mount's stderr holds nothing, or nothing that concerns the mount itself. */
export function saysNothingOfNote(stderr: string): boolean {
  return linesOf(stderr).every((line) => harmless.some((pattern) => pattern.test(line)));
}
