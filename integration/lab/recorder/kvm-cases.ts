import { holdersArgv } from '../../../src/adapters/shared/index.js';
import { keep, keepShell, type RecordingCase } from './case.js';

/**
 * libvirt with the QEMU driver, and who holds the disk of a guest that is a process. What has
 * nothing to do with the hypervisor is recorded on the first flavour.
 */
export const kvmCases: readonly RecordingCase[] = [
  keep('kvm/version', 'virsh', 'version'),
  keep('kvm/uri', 'virsh', 'uri'),
  keep('kvm/list-all', 'virsh', 'list', '--all'),
  keep('kvm/list-all-name', 'virsh', 'list', '--all', '--name'),
  keep('kvm/domstate-running', 'virsh', 'domstate', 'dc1'),
  keep('kvm/domstate-reason', 'virsh', 'domstate', '--reason', 'dc1'),
  keep('kvm/domstate-unknown', 'virsh', 'domstate', 'nosuch'),
  keep('kvm/dominfo', 'virsh', 'dominfo', 'dc1'),
  keep('kvm/domuuid', 'virsh', 'domuuid', 'dc1'),
  keep('kvm/domblklist', 'virsh', 'domblklist', '--details', 'dc1'),
  keep('kvm/dumpxml', 'virsh', 'dumpxml', 'dc1'),
  keep('kvm/dumpxml-inactive', 'virsh', 'dumpxml', '--inactive', 'dc1'),
  keep('kvm/domstats-state', 'virsh', 'domstats', '--state', '--raw'),
  keep('kvm/domfsfreeze', 'virsh', 'domfsfreeze', 'dc1'),
  keep('kvm/domfsthaw', 'virsh', 'domfsthaw', 'dc1'),
  keep('kvm/start-running', 'virsh', 'start', 'dc1'),
  keep('kvm/suspend', 'virsh', 'suspend', 'dc1'),
  keep('kvm/domstate-paused', 'virsh', 'domstate', 'dc1'),
  keep('kvm/list-all-paused', 'virsh', 'list', '--all'),
  keep('kvm/suspend-paused', 'virsh', 'suspend', 'dc1'),
  keep('kvm/resume', 'virsh', 'resume', 'dc1'),
  keep('kvm/resume-running', 'virsh', 'resume', 'dc1'),
  keep('kvm/xen-uri', 'virsh', '-c', 'xen:///system', 'list', '--all'),
  keepShell('kvm/disk-node', 'ls -lL /dev/VolGroupXX/LogVolDc1'),
  // The host's first volume is the guest's disk.
  keep('kvm/disk-holders', ...holdersArgv({ major: 253, minor: 0 })),
  keepShell('kvm/process', 'ps -o user=,args= -C qemu-system-x86_64'),
  keepShell(
    'kvm/mount-namespaces',
    'readlink /proc/1/ns/mnt /proc/$(pidof qemu-system-x86_64)/ns/mnt; ' +
      'grep -c . /proc/1/mountinfo /proc/$(pidof qemu-system-x86_64)/mountinfo',
  ),
  keep('kvm/destroy', 'virsh', 'destroy', 'dc1'),
  keep('kvm/domstate-shut-off', 'virsh', 'domstate', 'dc1'),
  keep('kvm/domstate-reason-shut-off', 'virsh', 'domstate', '--reason', 'dc1'),
  keep('kvm/dominfo-shut-off', 'virsh', 'dominfo', 'dc1'),
  keep('kvm/dumpxml-shut-off', 'virsh', 'dumpxml', 'dc1'),
  keep('kvm/list-all-shut-off', 'virsh', 'list', '--all'),
  keep('kvm/suspend-shut-off', 'virsh', 'suspend', 'dc1'),
  keep('kvm/domfsfreeze-shut-off', 'virsh', 'domfsfreeze', 'dc1'),
  keepShell('kvm/disk-node-shut-off', 'ls -lL /dev/VolGroupXX/LogVolDc1'),
  keep('kvm/start', 'virsh', 'start', 'dc1'),
  keep('kvm/domstate-reason-started', 'virsh', 'domstate', '--reason', 'dc1'),
];
