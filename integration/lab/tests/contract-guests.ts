import {
  contractBridge,
  contractDisk,
  contractMacAddress,
  contractGuests,
  contractRunning,
  contractShutOff,
} from '../../contracts/hypervisor.contract.js';
import { domainXml, guestSpec } from '../guests.js';
import { hostVolumeGroup, type HostName } from '../hosts.js';
import { lab } from '../lab.js';

/** The guests of the hypervisor's contract, on a host where none of them was before. */
export async function defineContractGuests(name: HostName): Promise<void> {
  const host = lab.host(name);
  // A copy of the smallest guest's disk, so that it really boots and really can be suspended.
  const { sizeMiB = 0, volume = '' } = guestSpec('dc3').disks[0] ?? {};
  const disk = contractDisk.split('/').at(-1) ?? '';
  const size = `${String(sizeMiB)}M`;
  await host.must(['lvcreate', '--yes', '--name', disk, '--size', size, hostVolumeGroup]);
  const from = `/dev/${hostVolumeGroup}/${volume}`;
  await host.must(['dd', `if=${from}`, `of=${contractDisk}`, 'bs=4M', 'conv=fsync,sparse']);
  for (const guest of contractGuests.keys()) {
    await host.must(['tee', '/run/contract.xml'], { stdin: definition(guest) });
    await host.must(['virsh', 'define', '/run/contract.xml']);
  }
  await host.must(['rm', '/run/contract.xml']);
  await host.must(['virsh', 'start', contractRunning]);
}

function definition(name: string): string {
  const uuid = `<uuid>${guestSpec('dc3').uuid}</uuid>`;
  const plain = domainXml(guestSpec('dc3'))
    .replace(uuid, '')
    .replace('<name>dc3<', `<name>${name}<`);
  const card = `<interface type='bridge'><mac address='${contractMacAddress}'/><source bridge='${contractBridge}'/></interface>`;
  return plain
    .replace(/<disk[\s\S]*<\/disk>/, (text) => (name === contractRunning ? withDisk(text) : ''))
    .replace("<console type='pty'/>", (text) =>
      name === contractShutOff ? `${text}${card}` : text,
    );
}

function withDisk(text: string): string {
  return text.replace(/<source dev='[^']*'\/>/, `<source dev='${contractDisk}'/>`);
}
