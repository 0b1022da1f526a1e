const kilobyte = 1000;
const units = [
  { name: 'TB', bytes: kilobyte ** 4 },
  { name: 'GB', bytes: kilobyte ** 3 },
  { name: 'MB', bytes: kilobyte ** 2 },
  { name: 'kB', bytes: kilobyte },
  { name: 'B', bytes: 1 },
];

/**
 * A size in parted's "compact" unit: the largest of which there are ten, three digits or four.
 */
export function compactSize(bytes: number): string {
  const unit = units.find((candidate) => bytes >= 10 * candidate.bytes) ?? {
    name: 'B',
    bytes: 1,
  };
  const value = bytes / unit.bytes;
  const nudged = value + (value < 10 ? 0.005 : value < 100 ? 0.05 : 0.5);
  const digits = nudged < 10 ? 2 : nudged < 100 ? 1 : 0;
  return `${value.toFixed(digits)}${unit.name}`;
}

export function bytesSize(bytes: number): string {
  return `${bytes}B`;
}
