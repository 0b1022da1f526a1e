import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCount, parseDeviceNumber } from './numbers.js';

describe('numbers that tools print', () => {
  it('come back as they were', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (value) => {
        expect(parseCount(String(value))).toBe(value);
      }),
    );
  });

  it.each(['', ' 1', '1 ', '+1', '-1', '01', '1.0', '1e3', '0x1', '9007199254740993', 'NaN'])(
    'are not made from %j',
    (text) => {
      expect(parseCount(text)).toBeUndefined();
    },
  );

  it('are a device number as a pair', () => {
    expect(parseDeviceNumber('253:7')).toEqual({ major: 253, minor: 7 });
    for (const text of ['253', '253:', ':7', '253:7:1', 'sda', '']) {
      expect(parseDeviceNumber(text)).toBeUndefined();
    }
  });
});
