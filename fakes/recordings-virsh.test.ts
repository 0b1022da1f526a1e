import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Argv } from '../src/ports/index.js';
import { virshCommands } from './commands/virsh.js';
import { defineDomain } from './domains/operations.js';
import type { DomainParts, SimulatedDomain } from './domains/types.js';
import { SimulatedFileSystem } from './filesystem/file-system.js';
import { addMachine, createWorld } from './world/create.js';
import type { Machine } from './world/state.js';

interface Recording {
  readonly argv: Argv;
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

const directory = 'fixtures/recordings/virsh';

const parts: DomainParts = {
  type: 'xen',
  memoryKiB: 524_288,
  processors: 1,
  boot: {
    kind: 'kernel',
    kernel: '/var/lib/domu/vmlinuz',
    initrd: '/var/lib/domu/initrd',
    commandLine: 'root=/dev/VolGroup00/LogVol00 ro console=hvc0',
  },
  disks: [
    {
      target: 'xvda',
      bus: 'xen',
      device: 'disk',
      source: '/dev/VolGroupXX/LogVolDc1',
      sourceKind: 'block',
      driverName: 'phy',
      driverType: 'raw',
      readOnly: false,
      shareable: false,
    },
  ],
  interfaces: [],
};

/** A host with one guest, transient and running. */
function host(init: {
  readonly name: string;
  readonly uuid: string;
  readonly id: number;
  readonly cpuSeconds: number;
  readonly parts: DomainParts;
}): { readonly machine: Machine; readonly domain: SimulatedDomain } {
  const world = createWorld({ seed: 'recorded' });
  const machine = addMachine(world, {
    name: 'dom0',
    rootFileSystem: SimulatedFileSystem.make({ type: 'ext4', sizeBytes: 3 * 2 ** 30 }),
    tools: new Map([['virsh', { path: '/usr/bin/virsh', version: '9.0.0' }]]),
    hardware: {
      processors: 1,
      megahertz: 2596,
      processorModel: 'Nehalem',
      memoryKiB: 2_096_612,
      hostMemoryKiB: 2_097_000,
      hypervisorVersion: '4.17.0',
    },
  });
  const { name, uuid } = init;
  const definition = { kind: 'parts', ...init.parts } as const;
  const domain = defineDomain(machine, { name, uuid, definition, persistent: false });
  Object.assign(domain, {
    id: init.id,
    state: 'running',
    stateReason: 'booted',
    cpuSeconds: init.cpuSeconds,
  });
  return { machine, domain };
}

function recordedHost(): ReturnType<typeof host> {
  const uuid = 'a00964fc-5fbe-4949-9121-d8bc9dab6666';
  return host({ name: 'dc1', uuid, id: 7, cpuSeconds: 159.8, parts });
}

async function answer(machine: Machine, argv: Argv) {
  const entry = virshCommands['virsh'];
  if (entry?.kind !== 'plain') throw new Error('virsh is a plain command');
  return entry.run(machine, argv, '');
}

describe('the simulated virsh', () => {
  const cases = readdirSync(directory).filter((name) => name.endsWith('.json'));

  it.each(cases)('answers %s as the recorded host did', async (name) => {
    const recording: Recording = JSON.parse(readFileSync(`${directory}/${name}`, 'utf8'));
    const { machine, domain } = recordedHost();
    if (name === 'domstate-paused.json' || name === 'resume.json') domain.state = 'paused';
    const { argv, exitCode, stdout, stderr } = recording;
    expect(await answer(machine, argv)).toEqual({ exitCode, stdout, stderr });
  });

  it('computes its answers: another guest, another text', async () => {
    const disk = parts.disks[0];
    const { machine, domain } = host({
      name: 'web-01',
      uuid: '11111111-2222-4333-8444-555555555555',
      id: 12,
      cpuSeconds: 3,
      parts: {
        ...parts,
        memoryKiB: 262_144,
        boot: { kind: 'bootloader', path: '/usr/bin/pygrub' },
        disks: disk === undefined ? [] : [disk, { ...disk, target: 'xvdb', source: '/dev/vg/b&c' }],
        interfaces: [{ bridge: 'br0', mac: '00:16:3e:00:00:01' }],
      },
    });
    const ask = async (...words: string[]): Promise<string> =>
      (await answer(machine, ['virsh', '-c', 'xen:///system', ...words])).stdout;
    expect(await ask('list', '--all')).toBe(
      ' Id   Name       State\n--------------------------\n 0    Domain-0   running\n 12   web-01     running\n\n',
    );
    expect(await ask('dominfo', 'web-01')).toContain('Max memory:     262144 KiB\n');
    const xml = await ask('dumpxml', 'web-01');
    expect(xml).toContain("<domain type='xen' id='12'>");
    expect(xml).toContain("<source dev='/dev/vg/b&amp;c'/>");
    expect(xml).toContain('<bootloader>/usr/bin/pygrub</bootloader>');
    expect(xml).toContain("<source bridge='br0'/>");
    domain.state = 'shut off';
    domain.persistent = true;
    delete domain.id;
    expect(await ask('list', '--all')).toContain(' -    web-01     shut off\n');
    expect(await ask('list')).not.toContain('web-01');
    expect(await ask('dumpxml', 'web-01')).toContain("<domain type='xen'>");
    expect(await ask('dominfo', 'web-01')).not.toContain('CPU time');
  });

  it('says that libvirt does not answer when it is down', async () => {
    const { machine } = recordedHost();
    machine.hypervisor.running = false;
    expect(
      await answer(machine, ['virsh', '-c', 'xen:///system', 'domstate', 'dc1']),
    ).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('failed to connect to the hypervisor'),
    });
  });

  it('refuses to suspend a guest that is shut off', async () => {
    const { machine, domain } = recordedHost();
    delete domain.id;
    domain.state = 'shut off';
    expect(await answer(machine, ['virsh', '-c', 'xen:///system', 'suspend', 'dc1'])).toMatchObject(
      {
        exitCode: 1,
        stderr:
          "error: Failed to suspend domain 'dc1'\nerror: Requested operation is not valid: domain is not running\n",
      },
    );
  });

  it('forgets a transient guest when it stops', async () => {
    const { machine } = recordedHost();
    await answer(machine, ['virsh', '-c', 'xen:///system', 'shutdown', 'dc1']);
    expect(
      await answer(machine, ['virsh', '-c', 'xen:///system', 'domstate', 'dc1']),
    ).toMatchObject({
      exitCode: 1,
      stderr: "error: failed to get domain 'dc1'\n",
    });
  });

  it('takes a name that looks like an option after --', async () => {
    const { machine, domain } = recordedHost();
    machine.domains.set('-rf', { ...domain, name: '-rf' });
    expect(
      await answer(machine, ['virsh', '-c', 'xen:///system', 'domstate', '--', '-rf']),
    ).toEqual({
      exitCode: 0,
      stdout: 'running\n\n',
      stderr: '',
    });
  });
});
