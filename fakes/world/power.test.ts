import { expect, it } from 'vitest';
import { contentOn } from '../block/contents.js';
import { keyOf } from '../block/devices.js';
import { FileContent } from '../filesystem/content.js';
import { exists, writeFile } from '../filesystem/files.js';
import { mountDevice } from '../filesystem/mounting.js';
import { addProcess } from '../runner/processes.js';
import { TestMachine } from '../test-machine.contract.js';
import { reboot } from './power.js';

it('leaves what was written, and nothing that only the running kernel knew', async () => {
  const host = new TestMachine();
  const { machine } = host;
  const image = host.format(host.volume('data', 64));
  mountDevice(machine, {
    device: '/dev/VG/data',
    mountPoint: '/mnt',
    type: 'ext4',
    options: ['rw'],
  });
  writeFile(machine, '/mnt/file', FileContent.fromText('kept'));
  writeFile(machine, '/run/udev/rules.d/56-x.rules', FileContent.fromText('#\n'));
  await host.run(['lvcreate', '-s', '-n', 'snap', '-L', '8m', 'VG/data']);
  host.wrap('ours-1', host.device('/dev/VG/snap'));
  const process = addProcess(machine, { argv: ['sleep', '100'] });
  const { bootId } = machine;

  reboot(machine);

  expect(machine.bootId).not.toBe(bootId);
  expect(process.killed.signal.aborted).toBe(true);
  expect(host.maps).toEqual(['VG-data', 'VG-data-real', 'VG-snap', 'VG-snap-cow']);
  expect(machine.mounts).toHaveLength(1);
  expect(exists(machine, '/run/udev/rules.d/56-x.rules')).toBe(false);
  expect(image.journal).toBe('needs-recovery');
  const snapshot = contentOn(machine, keyOf(host.device('/dev/VG/snap').number));
  expect(snapshot).toMatchObject({ fit: 'whole', content: { kind: 'file-system' } });
  mountDevice(machine, {
    device: '/dev/VG/data',
    mountPoint: '/mnt',
    type: 'ext4',
    options: ['rw'],
  });
  expect(exists(machine, '/mnt/file')).toBe(true);
});
