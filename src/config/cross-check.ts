import { type LocatedMap, type LocatedValue, mapEntries } from './located.js';
import { formatPlace, type Place, type Problem } from './problem.js';
import { quoted } from './quoted.js';

/** What no single value can tell: a host that is named twice, and one machine under two names. */
export function crossCheck(root: LocatedMap): readonly Problem[] {
  return [...checkGuestHosts(root), ...checkAddresses(root)];
}

function checkGuestHosts(root: LocatedMap): readonly Problem[] {
  const guests = mapEntries(root.entries.get('guests')?.value);
  return [...guests].flatMap(([guest, { value }]) => {
    const hosts = mapEntries(value).get('hosts')?.value;
    const names = hosts?.kind === 'list' ? hosts.items.flatMap(textWithPlace) : [];
    return repeated(names, guest);
  });
}

interface TextWithPlace {
  readonly text: string;
  readonly place: Place;
}

function textWithPlace(value: LocatedValue): readonly TextWithPlace[] {
  return value.kind === 'scalar' && typeof value.value === 'string'
    ? [{ text: value.value, place: value.place }]
    : [];
}

function repeated(names: readonly TextWithPlace[], guest: string): readonly Problem[] {
  const seen = new Map<string, Place>();
  return names.flatMap(({ text, place }) => {
    const first = seen.get(text);
    if (first === undefined) {
      seen.set(text, place);
      return [];
    }
    const message = `the guest ${quoted(guest)} names the host ${quoted(text)} twice; first at ${formatPlace(first)}`;
    return [{ place, message }];
  });
}

/**
 * Two names for one machine would replicate a guest onto itself. The machines' own identities are
 * compared when they are connected; what is plain from the file is said here.
 */
function checkAddresses(root: LocatedMap): readonly Problem[] {
  const seen = new Map<string, { readonly name: string; readonly place: Place }>();
  const problems: Problem[] = [];
  for (const [name, { keyPlace, value }] of mapEntries(root.entries.get('hosts')?.value)) {
    for (const machine of machinesOf(name, value)) {
      const first = seen.get(machine.key);
      if (first === undefined) seen.set(machine.key, { name, place: keyPlace });
      else {
        problems.push({
          place: machine.place ?? keyPlace,
          message: `the hosts ${quoted(first.name)} (${formatPlace(first.place)}) and ${quoted(name)} are one machine: ${machine.reason}`,
        });
      }
    }
  }
  return problems;
}

function machinesOf(name: string, value: LocatedValue) {
  const entries = mapEntries(value);
  const scalar = (key: string) => {
    const found = entries.get(key)?.value;
    return found?.kind === 'scalar' ? found : undefined;
  };
  const connection = scalar('connection');
  if (connection?.value === 'local') {
    return [{ key: 'local', place: connection.place, reason: 'both have connection: local' }];
  }
  const address = scalar('address');
  const text = typeof address?.value === 'string' ? address.value : name;
  const key = `${text.toLowerCase()} ${String(scalar('port')?.value ?? 22)}`;
  return [{ key, place: address?.place, reason: `both have the address ${quoted(text)}` }];
}
