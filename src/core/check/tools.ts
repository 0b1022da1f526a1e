import type { HostName } from '../model/index.js';
import type { ReleaseTimerKind } from '../steps/index.js';
import type { Finding } from './finding.js';
import { oldestRsync, tooOldRsyncs } from './rsync.js';

/** A tool with what was found of it. */
export interface FoundTool {
  readonly tool: string;
  /** Absent when it is not installed. */
  readonly version?: string;
}

/** Package that brings each tool, on Debian; other distributions differ little. */
const packages: Readonly<Record<string, readonly string[]>> = {
  'libvirt-clients': ['virsh'],
  lvm2: ['lvs', 'vgs', 'pvs', 'lvcreate', 'lvremove', 'lvchange', 'lvmconfig'],
  dmsetup: ['dmsetup'],
  kpartx: ['kpartx'],
  parted: ['parted'],
  'util-linux': ['blkid', 'blockdev', 'mount', 'umount', 'flock', 'ionice'],
  udev: ['udevadm'],
  rsync: ['rsync'],
  'openssh-client': ['ssh'],
  coreutils: [
    ...['cat', 'dd', 'head', 'mkdir', 'mv', 'od', 'rm', 'rmdir'],
    ...['readlink', 'sha256sum', 'sleep', 'sort', 'stat', 'sync', 'timeout', 'tr'],
  ],
  findutils: ['find'],
  grep: ['grep'],
  sed: ['sed'],
};

/** Every tool a host needs. */
export const neededTools: readonly string[] = Object.values(packages).flat();

/** What a host needs besides where guests are paused or frozen, by what releases them there. */
export const timerTools: Readonly<Record<ReleaseTimerKind, readonly string[]>> = {
  systemd: ['systemd-run', 'systemctl'],
  setsid: ['setsid'],
};

const timerPackages: Readonly<Record<string, readonly string[]>> = {
  systemd: timerTools.systemd,
  'util-linux': timerTools.setsid,
};

/** Judges the tools of one host: one finding for all that is well, one for each that is not. */
export function judgeTools(host: HostName, found: readonly FoundTool[]): readonly Finding[] {
  const missing = found.filter(({ version }) => version === undefined).map(({ tool }) => tool);
  const bad: Finding[] = missing.map((tool) => ({
    level: 'FAIL',
    subject: 'tools',
    host,
    message: `${tool} is not installed on ${host}`,
    remedy: `Install it: apt-get install ${packageOf(tool)}, or what brings it on this distribution.`,
  }));
  const rsyncs = found.filter(({ tool }) => tool === 'rsync').map((each) => ({ ...each, host }));
  for (const { version } of tooOldRsyncs(rsyncs, 'files')) {
    bad.push({
      level: 'FAIL',
      subject: 'tools',
      host,
      message: `rsync ${version} on ${host} is too old`,
      remedy: `Install rsync ${oldestRsync.files} or newer: older ones lose nanoseconds.`,
    });
  }
  if (bad.length > 0) return bad;
  const shown = found.filter(({ tool }) => ['virsh', 'lvs', 'parted', 'rsync'].includes(tool));
  const versions = shown.map(({ tool, version = '' }) => `${tool} ${version}`).join(', ');
  return [{ level: 'OK', subject: 'tools', host, message: `all tools are there (${versions})` }];
}

function packageOf(tool: string): string {
  return (
    [...Object.entries(packages), ...Object.entries(timerPackages)].find(([, tools]) =>
      tools.includes(tool),
    )?.[0] ?? tool
  );
}
