import { together } from '../../core/concurrency/index.js';
import type { GuestVolumeGroup, HostName } from '../../core/model/index.js';
import type { CommandRunner } from '../../ports/index.js';
import { expectQuietSuccess, parseOutput } from '../shared/index.js';
import { guestPhysicalVolumesArgv, guestSegmentsArgv } from './argv.js';
import { assembleGroups } from './guest-groups.js';
import { harmlessWarnings } from './outcome.js';
import { parsePhysicalVolumes, parseSegments } from './parse-guest.js';

/**
 * Reads the volume groups on the devices given, and on nothing else. Activates nothing.
 *
 * @throws `output-unexpected`, `command-failed`.
 */
export async function readGuestVolumeGroups(
  runner: CommandRunner,
  host: HostName,
  devices: readonly string[],
): Promise<readonly GuestVolumeGroup[]> {
  // A filter that accepts nothing is fine for LVM, but there is nothing to ask.
  if (devices.length === 0) return [];
  const [physicalVolumes, segments] = await together([
    runner.run({ argv: guestPhysicalVolumesArgv(devices) }),
    runner.run({ argv: guestSegmentsArgv(devices) }),
  ]);
  for (const result of [physicalVolumes, segments]) {
    expectQuietSuccess(host, result, harmlessWarnings);
  }
  const rows = parseOutput(host, physicalVolumes, parsePhysicalVolumes);
  return parseOutput(host, segments, (text) => assembleGroups(devices, rows, parseSegments(text)));
}
