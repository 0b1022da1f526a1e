import { SimulationError } from '../world/errors.js';
import type { Machine } from '../world/state.js';
import { deviceAt, keyOf } from './devices.js';
import type { DeviceKey, Target } from './types.js';

/**
 * Reads lines of a device-mapper table; devices are paths or `major:minor`.
 *
 * @throws SimulationError `invalid` (a line the kernel would refuse), `device-missing`.
 */
export function parseTable(machine: Machine, text: string): readonly Target[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => parseLine(machine, line.trim()));
}

function parseLine(machine: Machine, line: string): Target {
  const [startText = '', sectorsText = '', kind = '', ...rest] = line.split(/\s+/);
  const range = { start: numberIn(line, startText), sectors: numberIn(line, sectorsText) };
  const device = (index: number): DeviceKey => deviceIn(machine, line, rest[index]);
  const number = (index: number): number => numberIn(line, rest[index] ?? '');
  switch (kind) {
    case 'linear':
      requireCount(line, rest, 2);
      return { kind, ...range, device: device(0), offset: number(1) };
    case 'striped': {
      const stripes = Array.from({ length: number(0) }, (_, index) => ({
        device: device(2 + 2 * index),
        offset: number(3 + 2 * index),
      }));
      requireCount(line, rest, 2 + 2 * stripes.length);
      return { kind, ...range, chunkSectors: number(1), stripes };
    }
    case 'snapshot-origin':
      requireCount(line, rest, 1);
      return { kind, ...range, device: device(0) };
    case 'snapshot':
      requireCount(line, rest, 4);
      return {
        kind,
        ...range,
        origin: device(0),
        cow: device(1),
        persistent: rest[2] === 'N' ? 'N' : 'P',
        chunkSectors: number(3),
      };
    case 'error':
    case 'zero':
      return { kind, ...range };
    default:
      throw refused(line);
  }
}

function requireCount(line: string, words: readonly string[], count: number): void {
  if (words.length !== count) throw refused(line);
}

function numberIn(line: string, text: string): number {
  if (!/^\d+$/.test(text)) throw refused(line);
  return Number(text);
}

function deviceIn(machine: Machine, line: string, text: string | undefined): DeviceKey {
  if (text === undefined) throw refused(line);
  const key = /^\d+:\d+$/.test(text) ? text : undefined;
  const device = key === undefined ? deviceAt(machine, text) : machine.devices.get(key);
  if (device === undefined) {
    throw new SimulationError('device-missing', text, `no block device ${text}`);
  }
  return keyOf(device.number);
}

function refused(line: string): SimulationError {
  return new SimulationError('invalid', line, `not a table line: ${line}`);
}

/** A line's arguments as `dmsetup table` prints them. */
export function targetArguments(target: Target): string {
  switch (target.kind) {
    case 'linear':
      return `${target.device} ${target.offset}`;
    case 'striped':
      return [
        target.stripes.length,
        target.chunkSectors,
        ...target.stripes.flatMap(({ device, offset }) => [device, offset]),
      ].join(' ');
    case 'snapshot-origin':
      return target.device;
    case 'snapshot':
      return `${target.origin} ${target.cow} ${target.persistent} ${target.chunkSectors}`;
    case 'thin':
      return `${target.pool} ${target.deviceId}`;
    case 'thin-pool':
      return `${target.metadata} ${target.data} ${target.blockSectors} 0 0 `;
    case 'error':
    case 'zero':
      return '';
  }
}
