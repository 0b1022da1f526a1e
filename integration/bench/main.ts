// Figures that must hold: printed, and exit code 1 when one does not.
import { benchCopyMemory } from './copy-memory.js';
import { benchInventory } from './inventory.js';

const inventoryLimitMs = 1_000;
const files = 1_000_000;
const growthLimitBytes = 8 * 1024 * 1024;

const mebibytes = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MiB`;

const cpuMs = await benchInventory();
const { reports, earlyBytes, lateBytes } = await benchCopyMemory(files);
const growthBytes = lateBytes - earlyBytes;

const figures = [
  {
    text: `inventory of 1,000 guests on 50 hosts: ${cpuMs.toFixed(0)} ms of CPU (limit ${inventoryLimitMs})`,
    holds: cpuMs <= inventoryLimitMs,
  },
  {
    text:
      `copy that reports ${reports.toLocaleString('en')} times: heap ${mebibytes(earlyBytes)} after a ` +
      `tenth, ${mebibytes(lateBytes)} at the end (limit of growth ${mebibytes(growthLimitBytes)})`,
    holds: growthBytes <= growthLimitBytes && reports === files,
  },
];
for (const { text, holds } of figures) console.log(`${holds ? 'ok  ' : 'FAIL'}  ${text}`);
process.exitCode = figures.every(({ holds }) => holds) ? 0 : 1;
