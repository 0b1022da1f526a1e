import { unexpectedOutput } from '../shared/index.js';

/**
 * Properties of `udevadm info --query property`.
 *
 * @throws `output-unexpected` for a line that is none, for a key twice, and for no line at all: a
 * device always has its DEVPATH.
 */
export function parseProperties(text: string): ReadonlyMap<string, string> {
  const lines = text.split('\n');
  if (lines.pop() !== '' || lines.length === 0) throw unexpectedOutput('udevadm: cut off', text);
  const properties = new Map<string, string>();
  for (const line of lines) {
    const [, key = '', value = ''] = /^([A-Za-z0-9_.:-]+)=(.*)$/.exec(line) ?? [];
    if (key === '' || properties.has(key)) {
      throw unexpectedOutput('udevadm: a line that is no property', line);
    }
    properties.set(key, value);
  }
  return properties;
}

/** True when udev says that no device is there. */
export function saysDeviceIsUnknown(stderr: string): boolean {
  return /^Unknown device|No such (?:device|file or directory)/m.test(stderr);
}
