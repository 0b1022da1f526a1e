import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseHolders } from '../src/adapters/shared/index.js';
import { meaningOfFailure } from '../src/adapters/virsh/outcome.js';
import { parseDomainDefinition } from '../src/adapters/virsh/domain-definition.js';
import {
  parseAutostart,
  parseDomainList,
  parseDomainNames,
  parseDomainState,
} from '../src/adapters/virsh/parse.js';
import type { Argv } from '../src/ports/index.js';
import { virshCommands } from './commands/virsh.js';
import { defineDomain, destroyDomain, suspendDomain } from './domains/operations.js';
import type { SimulatedDomain } from './domains/types.js';
import { hypervisors } from './domains/hypervisors.js';
import { SimulatedFileSystem } from './filesystem/file-system.js';
import { addMachine, createWorld } from './world/create.js';
import type { Machine } from './world/state.js';

interface Recording {
  readonly argv: Argv;
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

const folder = 'integration/lab/recorded-raw/kvm';

function recorded(name: string): Recording {
  return JSON.parse(readFileSync(`${folder}/${name}.json`, 'utf8')) as Recording;
}

const uuid = '5d6a3e0c-0d5c-4c54-9d0e-0000000000c1';
const commandLine =
  'console=ttyS0 net.ifnames=0 mitigations=off no_timer_check root=/dev/VolGroup00/LogVol00 rootfstype=ext3 lab.lvm';
const kernel = '/boot/guest/vmlinuz';
const initrd = '/boot/guest/initrd';

/** The recorded host: libvirt's QEMU driver and dc1, which was started once. */
function recordedHost(): { readonly machine: Machine; readonly domain: SimulatedDomain } {
  const machine = addMachine(createWorld({ seed: 'recorded' }), {
    name: 'dom0a',
    rootFileSystem: SimulatedFileSystem.make({ type: 'ext4', sizeBytes: 3 * 2 ** 30 }),
    tools: new Map([['virsh', { path: '/usr/bin/virsh', version: '9.0.0' }]]),
  });
  const { driver, uris, version } = hypervisors.kvm;
  Object.assign(machine.hypervisor, { driver, uris });
  machine.hypervisor.hardware = { ...machine.hypervisor.hardware, hypervisorVersion: version };
  const domain = defineDomain(machine, {
    name: 'dc1',
    uuid,
    definition: {
      kind: 'parts',
      type: 'qemu',
      memoryKiB: 180_224,
      processors: 1,
      boot: { kind: 'kernel', kernel, initrd, commandLine },
      disks: [
        {
          target: 'vda',
          bus: 'virtio',
          device: 'disk',
          source: '/dev/VolGroupXX/LogVolDc1',
          sourceKind: 'block',
          driverName: 'qemu',
          driverType: 'raw',
          readOnly: false,
          shareable: false,
        },
      ],
      interfaces: [],
    },
  });
  return { machine, domain };
}

async function answer(machine: Machine, argv: Argv) {
  const entry = virshCommands['virsh'];
  if (entry?.kind !== 'plain') throw new Error('virsh is a plain command');
  return entry.run(machine, argv, '');
}

/** What the story had come to when a command was recorded, by the end of its name. */
function bringTo(name: string, machine: Machine, domain: SimulatedDomain): void {
  if (name === 'start') return;
  // The disk of this host has no device: whether it is there is not what is compared.
  Object.assign(domain, { id: 1, state: 'running', stateReason: 'booted', cpuSeconds: 0 });
  if (/-paused$|^resume$/.test(name)) suspendDomain(machine, domain);
  if (/shut-off$/.test(name)) destroyDomain(machine, domain);
}

/** Our log file is no part of a simulated definition; processor time is what it was. */
const comparable = (text: string): string =>
  text.replaceAll(/^ *<log file=.*\n/gm, '').replaceAll(/^(CPU time: +).*$/gm, '$1');

/** Not asked by xen-backup, and not simulated; `start` would need the disk. */
const onlyKept = new Set(['domstats-state', 'uri', 'start']);

describe("the simulated virsh with libvirt's QEMU driver", () => {
  const cases = readdirSync(folder)
    .map((file) => file.replace(/\.json$/, ''))
    .filter((name) => name !== 'meta' && !onlyKept.has(name))
    .filter((name) => recorded(name).argv[0] === 'virsh');

  it.each(cases)('answers %s as the recorded host did', async (name) => {
    const { machine, domain } = recordedHost();
    bringTo(name, machine, domain);
    const { argv, exitCode, stdout, stderr } = recorded(name);
    const simulated = await answer(machine, argv);
    expect({ ...simulated, stdout: comparable(simulated.stdout) }).toEqual({
      exitCode,
      stdout: comparable(stdout),
      stderr,
    });
  });
});

const dc1 = {
  type: 'qemu',
  name: 'dc1',
  uuid,
  kernel,
  initrd,
  kernelCommandLine: commandLine,
  disks: [
    {
      target: 'vda',
      device: 'disk',
      source: { kind: 'block', path: '/dev/VolGroupXX/LogVolDc1' },
      driverName: 'qemu',
      driverType: 'raw',
      bus: 'virtio',
      readOnly: false,
      shareable: false,
    },
  ],
  interfaces: [],
};

describe('what the QEMU driver answered, read strictly', () => {
  it('is a definition with aliases, addresses and a backing store that is empty', () => {
    const { stdout } = recorded('dumpxml');
    expect(stdout).toContain("<alias name='virtio-disk0'/>");
    expect(parseDomainDefinition(stdout)).toEqual({ ...dc1, id: 1, xml: stdout });
  });

  it.each(['dumpxml-inactive', 'dumpxml-shut-off'])('is a definition: %s', (name) => {
    const { stdout } = recorded(name);
    expect(parseDomainDefinition(stdout)).toEqual({ ...dc1, xml: stdout });
  });

  it.each([
    ['list-all', 'running'],
    ['list-all-paused', 'paused'],
    ['list-all-shut-off', 'shut off'],
  ] as const)('is a list without Domain-0: %s', (name, state) => {
    expect(parseDomainList(recorded(name).stdout)).toEqual([{ name: 'dc1', state }]);
    expect(parseDomainNames(recorded('list-all-name').stdout)).toEqual(['dc1']);
  });

  it.each([
    ['domstate-running', 'running'],
    ['domstate-paused', 'paused'],
    ['domstate-shut-off', 'shut off'],
  ] as const)('is a state: %s', (name, state) => {
    expect(parseDomainState(recorded(name).stdout)).toBe(state);
  });

  it.each(['dominfo', 'dominfo-shut-off'])('says Autostart: %s', (name) => {
    expect(parseAutostart(recorded(name).stdout)).toBe(false);
  });

  it.each([
    ['domstate-unknown', 'domain-not-found'],
    ['domfsfreeze', 'command-failed'],
    ['resume-running', 'command-failed'],
    ['suspend-shut-off', 'command-failed'],
    ['xen-uri', 'hypervisor-unreachable'],
  ] as const)('is a failure with a meaning: %s', (name, meaning) => {
    const { exitCode, stderr } = recorded(name);
    expect(exitCode).toBe(1);
    expect(meaningOfFailure(stderr)).toBe(meaning);
  });

  it('names the process that holds the disk of a running guest', () => {
    expect(parseHolders(recorded('disk-holders').stdout)).toEqual([
      'qemu-system-x86 (pid 324, has /dev/dm-0 open)',
    ]);
  });
});
