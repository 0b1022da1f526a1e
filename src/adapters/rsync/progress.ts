import type { CopyProgress } from '../../ports/index.js';

// `      1000005  99%  307.48MB/s    0:00:00 (xfr#2, to-chk=2/6)`
const pattern =
  /^ *(\d{1,15}) +(\d{1,3})% +(\d{1,9}\.\d\d)([kMG])B\/s +(?:(\d{1,9}):(\d\d):(\d\d)|\?\?:\?\?:\?\?)( \(xfr#\d+, (?:to|ir)-chk=\d+\/\d+\))? *$/;

// rsync's kB are 1024 bytes.
const unitBytes: Readonly<Record<string, number>> = { k: 2 ** 10, M: 2 ** 20, G: 2 ** 30 };

/** A line of `--info=progress2`, `undefined` when it is something else. */
export function parseProgress(line: string): CopyProgress | undefined {
  const match = pattern.exec(line);
  if (match === null) return undefined;
  const [, bytes, percentText, rate, unit = '', hours, minutes, seconds, chunk] = match;
  const transferredBytes = Number(bytes);
  // Content that is sent a second time after a failed checksum counts twice: seen, 199 %.
  const percent = Math.min(100, Number(percentText));
  const bytesPerSecond = Math.round(Number(rate) * (unitBytes[unit] ?? 1));
  const said =
    hours === undefined
      ? undefined
      : ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
  // After each file rsync shows the time taken instead of the time left.
  const remainingMs =
    chunk === undefined ? said : estimate(transferredBytes, percent, bytesPerSecond);
  return {
    transferredBytes,
    percent,
    bytesPerSecond,
    ...(remainingMs === undefined ? {} : { remainingMs }),
  };
}

function estimate(bytes: number, percent: number, bytesPerSecond: number): number | undefined {
  if (percent === 0 || bytesPerSecond === 0) return undefined;
  const remainingBytes = (bytes / percent) * (100 - percent);
  return Math.round((remainingBytes / bytesPerSecond) * 1000);
}
