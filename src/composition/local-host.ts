import type { HostConfiguration } from '../core/index.js';
import type { ThisMachine } from './this-machine.js';

/** What addresses and names alone say of a host. */
export type HostPlace = 'this-machine' | 'elsewhere' | 'unproven';

/**
 * Whether a configured host is this machine, as far as that is decided without contacting anybody.
 * `unproven`: SSH has to be asked, and its boot id tells.
 */
export async function placeOfHost(
  host: HostConfiguration,
  machine: ThisMachine,
): Promise<HostPlace> {
  if (host.connection === 'local') return 'this-machine';
  if (host.connection === 'ssh') return 'elsewhere';
  if (isNodeName(host.name, machine.nodeName)) return 'this-machine';
  // Another port of an address of ours may be forwarded to another machine.
  if (host.port !== undefined && host.port !== 22) return 'unproven';
  const own = new Set(machine.ownAddresses().map(plainAddress));
  const addresses = await machine.resolve(host.address);
  const isOwn = addresses.some((address) => isLoopback(address) || own.has(plainAddress(address)));
  return isOwn ? 'this-machine' : 'unproven';
}

/** Equal names; where only one of them is fully qualified its first label counts. */
function isNodeName(name: string, nodeName: string): boolean {
  const [left, right] = [name.toLowerCase(), nodeName.toLowerCase()];
  if (left === right) return true;
  if (left.includes('.') === right.includes('.')) return false;
  return left.split('.')[0] === right.split('.')[0];
}

/** Without a scope; an IPv4 address in IPv6's clothes is that IPv4 address. */
function plainAddress(address: string): string {
  const [bare = ''] = address.toLowerCase().split('%');
  return bare.startsWith('::ffff:') && bare.includes('.') ? bare.slice('::ffff:'.length) : bare;
}

/** Debian writes 127.0.1.1 for the machine's own name, which no interface has. */
function isLoopback(address: string): boolean {
  const plain = plainAddress(address);
  return plain === '::1' || /^127\.\d+\.\d+\.\d+$/.test(plain);
}
