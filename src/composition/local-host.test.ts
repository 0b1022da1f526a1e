import { describe, expect, it } from 'vitest';
import type { HostConfiguration } from '../core/index.js';
import { placeOfHost } from './local-host.js';
import type { ThisMachine } from './this-machine.js';

const machine: ThisMachine = {
  nodeName: 'dom0a',
  userId: 0,
  bootId: () => undefined,
  ownAddresses: () => ['127.0.0.1', '192.0.2.10', 'fe80::1%eth0', '2001:db8::10'],
  resolve: async (name) =>
    ({
      'storage-a': ['10.9.9.9', '192.0.2.10'],
      'v6.example': ['2001:db8::10'],
      'mapped.example': ['::ffff:192.0.2.10'],
      'debian-own-name': ['127.0.1.1'],
      other: ['192.0.2.11'],
    })[name] ?? [],
};

function host(part: Partial<HostConfiguration>): HostConfiguration {
  const address = part.address ?? part.name ?? 'other';
  return {
    name: 'h',
    connection: 'auto',
    sudo: false,
    ...part,
    address,
    replication: { address },
  };
}

describe('a host with connection auto is this machine', () => {
  it.each([
    ['when its name is the node name', { name: 'dom0a' }],
    ['when its name is the node name with a domain', { name: 'DOM0A.example.org' }],
    ['when one of its addresses is one of ours', { address: 'storage-a' }],
    ['when its IPv6 address is one of ours', { address: 'v6.example' }],
    ['when its address is one of ours in IPv6 form', { address: 'mapped.example' }],
    ['when it resolves to the loopback', { address: 'debian-own-name' }],
    ['when port 22 is named', { address: 'storage-a', port: 22 }],
  ])('%s', async (_, part) => {
    expect(await placeOfHost(host(part), machine)).toBe('this-machine');
  });
});

describe('SSH has to be asked', () => {
  it.each([
    ['when the address is not ours', { address: 'other' }],
    [
      'when the address is ours but the port may be forwarded',
      { address: 'storage-a', port: 2222 },
    ],
    ['when the name cannot be resolved', { address: 'nowhere' }],
    ['when the name only begins like ours', { name: 'dom0ab' }],
  ])('%s', async (_, part) => {
    expect(await placeOfHost(host(part), machine)).toBe('unproven');
  });

  it('when two full names differ in the domain', async () => {
    const elsewhere = { ...machine, nodeName: 'dom0a.site1.example' };
    expect(await placeOfHost(host({ name: 'dom0a.site2.example' }), elsewhere)).toBe('unproven');
  });
});

describe('an explicit connection', () => {
  it('local is local whatever the addresses say', async () => {
    const place = await placeOfHost(host({ connection: 'local', address: 'other' }), machine);
    expect(place).toBe('this-machine');
  });

  it('ssh is elsewhere even with the name of this machine', async () => {
    const place = await placeOfHost(host({ connection: 'ssh', name: 'dom0a' }), machine);
    expect(place).toBe('elsewhere');
  });
});
