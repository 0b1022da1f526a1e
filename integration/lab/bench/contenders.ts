import { LabError } from '../fail.js';
import { lab } from '../lab.js';
import { configure, pairConfiguration, runTimeoutMs, xenBackup } from '../tests/use-lab.js';

/** One way to bring dc1's standby up to date, from a prepared pair. */
export interface Contender {
  readonly name: string;
  /** What is not measured: programs, configuration, mounts. */
  prepare(): Promise<void>;
  /** What is measured. @returns its output. */
  run(): Promise<string>;
}

export const ours: Contender = {
  name: 'xen-backup',
  prepare: async () => {
    await configure('dom0a', pairConfiguration());
  },
  run: async () => {
    const { exitCode, stdout, stderr } = await xenBackup('dom0a', 'run', 'dc1', '--json');
    if (exitCode !== 0) throw new LabError(`xen-backup run: exit ${exitCode}\n${stderr}`);
    return stdout;
  },
};

const scriptFolder = '/root/Works/Xen-Backup';

/** The hosts have no name server, which is all that this command is asked for. */
const hostCommand = `#!/bin/sh
getent ahostsv4 "$1" | awk -v n="$1" 'NR == 1 { print n " has address " $1 }'
`;

/** @param file - the script, on the outer machine. */
export function script2009(file: string): Contender {
  return {
    name: 'the 2009 script',
    prepare: async () => {
      const host = lab.host('dom0a');
      await host.must(['mkdir', '-p', `${scriptFolder}/xen-backup.d`]);
      const conf = `${scriptFolder}/xen-backup.d/dc1.conf`;
      await host.must(['tee', conf], { stdin: 'DOMU=dc1\nDOM0S="dom0a dom0b"\n' });
      await host.must(['tee', '/usr/local/bin/host'], { stdin: hostCommand });
      await host.must(['chmod', '755', '/usr/local/bin/host']);
      await host.copyIn(file, `${scriptFolder}/xen-backup.sh`);
    },
    run: async () => {
      const script = ['bash', `${scriptFolder}/xen-backup.sh`] as const;
      await lab.host('dom0a').must(script, { timeoutMs: runTimeoutMs });
      const log = await lab.host('dom0a').must(['journalctl', '--no-pager', '-t', 'xen-backup.sh']);
      if (!/sent [\d,]+ bytes/.test(log)) throw new LabError(`its rsync did not run:\n${log}`);
      return log;
    },
  };
}

const mountAll = `set -eu
disk=$1 options=$2
kpartx -a -p p "$disk"; udevadm settle
map=/dev/mapper/$(dmsetup info -c --noheadings -o name "$disk")
vgchange -q -ay VolGroup00 >/dev/null
mkdir -p /mnt/bench; mount -o "$options" /dev/VolGroup00/LogVol00 /mnt/bench
mount -o "$options" "\${map}p1" /mnt/bench/boot
`;

/** rsync alone, both trees mounted before: what no tool around it can do without. */
export const bareRsync: Contender = {
  name: 'rsync alone',
  prepare: async () => {
    const [source, target] = [lab.host('dom0a'), lab.host('dom0b')];
    const snapshot = ['--snapshot', '--name', 'bench', '--size', '512M', 'VolGroupXX/LogVolDc1'];
    await source.must(['lvcreate', '--yes', ...snapshot]);
    await source.must(['sh', '-c', mountAll, 'mount', '/dev/VolGroupXX/bench', 'ro']);
    await target.must(['sh', '-c', mountAll, 'mount', '/dev/VolGroupXX/LogVolDc1', 'rw']);
  },
  run: async () =>
    lab
      .host('dom0a')
      .must(['rsync', '-aHAXS', '--numeric-ids', '--delete', '/mnt/bench/', 'dom0b:/mnt/bench/'], {
        timeoutMs: runTimeoutMs,
      }),
};
