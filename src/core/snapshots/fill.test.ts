import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type FillReading,
  fillSpeed,
  judgeFill,
  pauseBeforeNextLook,
  withReading,
} from './fill.js';

const size = 1000;
const at = (seconds: number, used: number): FillReading => ({ atMs: seconds * 1000, used, size });
const read = (...readings: readonly FillReading[]) =>
  readings.reduce<readonly FillReading[]>((all, reading) => withReading(all, reading), []);

describe('the speed of filling', () => {
  it('is unknown, and taken for none, until there are two readings', () => {
    expect([fillSpeed([]), fillSpeed(read(at(0, 500)))]).toEqual([0, 0]);
  });

  it('is that of the last quarter minute where that is faster than the last minute', () => {
    expect(fillSpeed(read(at(0, 0), at(30, 0), at(45, 0), at(60, 150)))).toBe(10);
    expect(fillSpeed(read(at(0, 0), at(45, 450), at(60, 450)))).toBe(7.5);
  });

  it('takes a burst within a second for what it is: five seconds of it', () => {
    expect(fillSpeed(read(at(0, 0), at(1, 50)))).toBe(10);
  });

  it('forgets what is older than a minute, but never the last reading before a long silence', () => {
    expect(fillSpeed(read(at(0, 0), at(10, 900), at(120, 900)))).toBe(0);
    expect(read(at(0, 0), at(10, 900), at(120, 950))).toEqual([at(10, 900), at(120, 950)]);
  });

  it('is never negative: a pool that is emptied does not fill', () => {
    expect(fillSpeed(read(at(0, 900), at(10, 100)))).toBe(0);
  });
});

describe('the verdict on a store that cannot grow', () => {
  it('is to stop when what is left lasts for two looks and for ending the copy, not longer', () => {
    // Two looks of 5 s and 10 s to stop, at 10 a second: 200 must be left.
    expect(judgeFill(at(0, 799), 10, 5000, 'none')).toBe('fine');
    expect(judgeFill(at(0, 800), 10, 5000, 'none')).toBe('stop');
  });

  it('is to stop near the end, however slowly it fills', () => {
    expect(judgeFill(at(0, 979), 0, 5000, 'none')).toBe('fine');
    expect(judgeFill(at(0, 980), 0, 5000, 'none')).toBe('stop');
  });
});

describe('the verdict on a store that may grow', () => {
  it('is to grow a minute before it would have to stop', () => {
    expect(judgeFill(at(0, 199), 10, 5000, 'possible')).toBe('fine');
    expect(judgeFill(at(0, 200), 10, 5000, 'possible')).toBe('grow');
  });

  it('is to grow when two thirds and more are used, however slowly it fills', () => {
    expect(judgeFill(at(0, 699), 0, 5000, 'possible')).toBe('fine');
    expect(judgeFill(at(0, 700), 0, 5000, 'possible')).toBe('grow');
  });

  it('is to stop before it is too late, growing or not', () => {
    expect(judgeFill(at(0, 874), 10, 5000, 'at-work')).toBe('grow');
    expect(judgeFill(at(0, 875), 10, 5000, 'at-work')).toBe('stop');
  });
});

it('whoever fills at an even speed is stopped before the end, whatever the speed', () => {
  fc.assert(
    fc.property(
      // Slower than full within the first twelve seconds, in which nothing is known yet.
      fc.double({ min: 1, max: 40, noNaN: true }),
      fc.constantFrom('none' as const, 'at-work' as const),
      (perSecond, growth) => {
        let readings: readonly FillReading[] = [];
        for (let atMs = 0; ; ) {
          const reading = { atMs, used: (perSecond * atMs) / 1000, size };
          expect(reading.used).toBeLessThan(size);
          readings = withReading(readings, reading);
          const speed = fillSpeed(readings);
          const pauseMs = pauseBeforeNextLook(reading, speed);
          if (judgeFill(reading, speed, pauseMs, growth) === 'stop') return;
          atMs += pauseMs;
        }
      },
    ),
  );
});

describe('the pause before the next look', () => {
  it('is a tenth of the time until it is full, from one second to five', () => {
    expect(pauseBeforeNextLook(at(0, 0), 0)).toBe(5000);
    expect(pauseBeforeNextLook(at(0, 0), 10)).toBe(5000);
    expect(pauseBeforeNextLook(at(0, 0), 50)).toBe(2000);
    expect(pauseBeforeNextLook(at(0, 900), 50)).toBe(1000);
  });
});
