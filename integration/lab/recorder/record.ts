import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { flavour } from '../flavours/chosen.js';
import type { FlavourName } from '../flavours/flavour.js';
import type { LabHost } from '../host.js';
import { say, timed } from '../say.js';
import type { RecordingCase } from './case.js';
import { controlCases } from './control-cases.js';
import { deviceCases } from './device-cases.js';
import { groupCases } from './group-cases.js';
import { kvmCases } from './kvm-cases.js';
import { mountCases } from './mount-cases.js';
import { recordCases } from './run-cases.js';

/** Keeps udev away from our maps, as a run does. */
const rule = `SUBSYSTEM=="block", ENV{DM_NAME}=="xen-backup-*", ENV{DM_NOSCAN}="1", ENV{DM_UDEV_DISABLE_OTHER_RULES_FLAG}="1", ENV{SYSTEMD_READY}="0", OPTIONS+="nowatch"\n`;
const ruleFile = '/run/udev/rules.d/56-xen-backup.rules';

type Groups = readonly (readonly [string, readonly RecordingCase[]])[];

const groups: Readonly<Record<FlavourName, Groups>> = {
  xen: [
    ['control', controlCases],
    ['devices', deviceCases],
    ['volume groups', groupCases],
    ['mounts', mountCases],
  ],
  kvm: [['libvirt', kvmCases]],
};

/**
 * Records the tools of a prepared host into `folder`, one file for each command, and the versions
 * in `meta.json`. The host is left as it was; a guest may have been started anew.
 */
export async function recordAll(host: LabHost, folder: string): Promise<void> {
  await host.must(['mkdir', '-p', path.dirname(ruleFile)]);
  await host.must(['sh', '-c', `cat > ${ruleFile}`], { stdin: rule });
  await host.must(['udevadm', 'control', '--reload']);
  try {
    for (const [name, cases] of groups[flavour.name]) {
      const recordings = await timed(name, () => recordCases(host, cases, folder));
      const unkept = recordings.filter((_each, index) => cases[index]?.name === undefined);
      for (const { argv, exitCode, stderr } of unkept) {
        if (exitCode !== 0) say(`${argv.join(' ')}: exit ${exitCode ?? 'none'}: ${stderr}`);
      }
    }
  } finally {
    await host.must(['rm', '-f', ruleFile]);
    await host.must(['rmdir', '--ignore-fail-on-non-empty', path.dirname(ruleFile)]);
    await host.must(['udevadm', 'control', '--reload']);
  }
  await writeFile(path.join(folder, 'meta.json'), await versions(host));
}

const versionCommands: Readonly<Record<string, string>> = {
  kernel: 'uname -r',
  [flavour.name]: flavour.versionScript,
  libvirt: "virsh version | sed -n 's/^Using library: //p'",
  lvm: "lvm version | sed -n 's/^ *LVM version: *//p'",
  dmsetup: "dmsetup version | sed -n 's/^Library version: *//p'",
  kpartx: "dpkg-query -W -f '${Version}' kpartx",
  parted: 'parted --version | head -n 1',
  'util-linux': 'flock --version',
  rsync: 'rsync --version | head -n 1',
  openssh: 'ssh -V 2>&1',
};

async function versions(host: LabHost): Promise<string> {
  const found: Record<string, string> = {};
  for (const [tool, script] of Object.entries(versionCommands)) {
    found[tool] = (await host.must(['sh', '-c', script])).trim();
  }
  const date = new Date().toISOString().slice(0, 10);
  return `${JSON.stringify({ recorded: true, host: 'the lab, dom0a', date, versions: found }, null, 2)}\n`;
}
