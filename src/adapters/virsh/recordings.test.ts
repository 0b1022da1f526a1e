import { expect } from 'vitest';
import type { CommandResult } from '../../ports/index.js';
import { codeOf, describeRecordings } from '../shared/recordings.contract.js';
import { parseDomainDefinition } from './domain-definition.js';
import { meaningOfFailure } from './outcome.js';
import {
  mayHideNames,
  parseAutostart,
  parseDomainList,
  parseDomainNames,
  parseDomainState,
} from './parse.js';

const parsers = [parseDomainList, parseDomainState, parseAutostart];

function refusedByEveryParser({ stdout }: CommandResult) {
  for (const parse of parsers) expect(codeOf(() => parse(stdout))).toBe('output-unexpected');
  expect(codeOf(() => parseDomainDefinition(stdout))).toBe('domain-xml-invalid');
}

function fails(meaning: string) {
  return (recording: CommandResult) => {
    expect(recording.exitCode).toBe(1);
    expect(meaningOfFailure(recording.stderr)).toBe(meaning);
    refusedByEveryParser(recording);
  };
}

function hasState(state: string) {
  return ({ stdout }: CommandResult) => {
    expect(parseDomainState(stdout)).toBe(state);
  };
}

function succeeds(recording: CommandResult) {
  expect(recording.exitCode).toBe(0);
  refusedByEveryParser(recording);
}

const dc1 = {
  type: 'xen',
  name: 'dc1',
  uuid: 'a00964fc-5fbe-4949-9121-d8bc9dab6666',
  kernel: '/var/lib/domu/vmlinuz',
  initrd: '/var/lib/domu/initrd',
  kernelCommandLine: 'root=/dev/VolGroup00/LogVol00 ro console=hvc0',
  disks: [
    {
      target: 'xvda',
      device: 'disk',
      source: { kind: 'block', path: '/dev/VolGroupXX/LogVolDc1' },
      driverName: 'phy',
      driverType: 'raw',
      bus: 'xen',
      readOnly: false,
      shareable: false,
    },
  ],
  interfaces: [],
};

describeRecordings('virsh', {
  'xen/bad-uri': fails('hypervisor-unreachable'),
  'xen/capabilities': succeeds,
  'xen/domblklist': succeeds,
  'xen/domfsfreeze': fails('command-failed'),
  'xen/dominfo': ({ stdout }) => {
    expect(parseAutostart(stdout)).toBe(false);
  },
  'xen/domstate-paused': hasState('paused'),
  // With --reason the word is followed by another: not what we ask for.
  'xen/domstate-reason': succeeds,
  'xen/domstate-running': hasState('running'),
  'xen/domstate-unknown': fails('domain-not-found'),
  'xen/domuuid': succeeds,
  'xen/dumpxml': ({ stdout }) => {
    expect(parseDomainDefinition(stdout)).toEqual({ ...dc1, id: 7, xml: stdout });
  },
  'xen/dumpxml-inactive': ({ stdout }) => {
    expect(parseDomainDefinition(stdout)).toEqual({ ...dc1, xml: stdout });
  },
  'xen/list-all': ({ stdout }) => {
    expect(parseDomainList(stdout)).toEqual([{ name: 'dc1', state: 'running' }]);
  },
  'xen/list-names': ({ stdout }) => {
    expect(parseDomainNames(stdout)).toEqual(['dc1']);
  },
  'xen/nodeinfo': succeeds,
  'xen/resume': succeeds,
  'xen/suspend': succeeds,
  'xen/version': succeeds,
  'test-driver/domstate-empty-name': fails('command-failed'),
  'test-driver/domstate-hyphen': hasState('paused'),
  'test-driver/domstate-in-shutdown': hasState('in shutdown'),
  'test-driver/domstate-unknown-uuid': fails('domain-not-found'),
  'test-driver/dominfo': ({ stdout }) => {
    expect(parseAutostart(stdout)).toBe(false);
  },
  'test-driver/dominfo-unknown': fails('domain-not-found'),
  'test-driver/dumpxml-devices': ({ stdout }) => {
    const definition = parseDomainDefinition(stdout);
    expect(definition.name).toBe('rich & "odd" <name>');
    expect(definition.disks.map(({ target, device, source }) => [target, device, source])).toEqual([
      ['vda', 'disk', { kind: 'other', description: 'network rbd/pool/image' }],
      ['vdb', 'disk', { kind: 'other', description: 'volume default-pool/v1' }],
      // Its base has a source of its own, which is not the disk's.
      ['vdc', 'disk', { kind: 'file', path: "/a/b'c.qcow2" }],
      ['hdc', 'cdrom', { kind: 'none' }],
      ['fda', 'floppy', { kind: 'file', path: '/a/f.img' }],
      ['sda', 'lun', { kind: 'block', path: '/dev/sdz' }],
    ]);
    expect(definition.disks[0]?.serial).toBe('WD-1');
    expect(definition.disks.filter((disk) => disk.readOnly)).toHaveLength(1);
    expect(definition.disks.filter((disk) => disk.shareable)).toHaveLength(1);
    expect(definition.interfaces).toEqual([
      { type: 'direct', macAddress: '52:54:00:00:00:01' },
      { type: 'ethernet', macAddress: '52:54:00:00:00:02' },
    ]);
  },
  'test-driver/list-empty': ({ stdout }) => {
    expect(parseDomainList(stdout)).toEqual([]);
  },
  'test-driver/list-odd-names': ({ stdout }) => {
    expect(parseDomainList(stdout)).toEqual([
      { name: 'dc1', state: 'running' },
      { name: '-rf', state: 'paused' },
      { name: 'x'.repeat(127), state: 'running' },
      { name: 'running', state: 'running' },
      { name: '7', state: 'shut off' },
      { name: 'a  b', state: 'shut off' },
      { name: 'in shutdown', state: 'shut off' },
      { name: 'two words', state: 'shut off' },
      { name: 'web-01.disk2', state: 'shut off' },
      // Six characters of Japanese, in what virsh makes of them.
      { name: '\\xff'.repeat(18), state: 'shut off' },
    ]);
    expect(mayHideNames(parseDomainList(stdout))).toBe(true);
  },
  'test-driver/list-odd-names-alone': ({ stdout }) => {
    expect(parseDomainNames(stdout)).toContain('日本語ゲスト');
    expect(parseDomainNames(stdout)).toContain('a  b');
  },
  'test-driver/list-states': ({ stdout }) => {
    expect(parseDomainList(stdout)).toEqual([
      { name: 's0', state: 'no state' },
      { name: 's1', state: 'running' },
      { name: 's2', state: 'idle' },
      { name: 's3', state: 'paused' },
      { name: 's4', state: 'in shutdown' },
      { name: 's6', state: 'crashed' },
      { name: 's7', state: 'pmsuspended' },
      { name: 's5', state: 'shut off' },
    ]);
  },
  'test-driver/no-node-file': fails('hypervisor-unreachable'),
  'test-driver/resume-running': fails('command-failed'),
  'test-driver/suspend': succeeds,
  'test-driver/suspend-inactive': fails('command-failed'),
});
