import type { ReplicationPeer } from '../../../ports/index.js';
import { remoteShell } from '../../../adapters/rsync/remote-shell.js';
import { like, type Slot } from '../like.js';
import { all, any, many, maybe, one, type Pattern, run, text } from '../pattern.js';
import { samples, type Slots } from '../slots.js';

/** A peer with everything that a configuration can say of one. */
export const samplePeer = {
  address: 'samplehost',
  user: 'sampleuser',
  port: 65_432,
  identityFile: `${samples.path}/id`,
  knownHostsFile: `${samples.path}/hosts`,
  elevation: 'none',
} as const satisfies ReplicationPeer;

const plainPeer: ReplicationPeer = { address: samplePeer.address, elevation: 'none' };

const host: Pattern = all(one('A-Za-z0-9_'), run('A-Za-z0-9_.-', 0));
const ipv6 = all(run('0-9A-Fa-f:.', 2), maybe(all('%', run('A-Za-z0-9_.-', 1))));
const user: Pattern = all(one('A-Za-z0-9_'), run('A-Za-z0-9_.-', 0), maybe('$'));

/** What tells one peer from another in the command of a copy. */
export function peerSlots(
  slots: Slots,
  receiver: 'receiver' | 'block-receiver' = 'receiver',
): readonly Slot[] {
  return [
    { sample: remoteShell(samplePeer), pattern: shellPattern(slots) },
    {
      sample: `${samplePeer.user}@${samplePeer.address}:.`,
      pattern: all(maybe(all(user, '@')), any(host, all('[', ipv6, ']')), ':.'),
    },
    { sample: `\t${receiver}`, pattern: any(`\t${receiver}`, `\tsudo-${receiver}`) },
  ];
}

/** rsync's `-e`: our options always, those of the peer where there are any. */
function shellPattern(slots: Slots): Pattern {
  const base = remoteShell(plainPeer);
  const { port, knownHostsFile, identityFile } = samplePeer;
  const extras = [{ knownHostsFile }, { port }, { identityFile }].map((extra) => {
    const option = remoteShell({ ...plainPeer, ...extra }).slice(base.length);
    return maybe(filled(option, slots));
  });
  return all(base, ...extras);
}

/** The same as an argument vector of its own, then the user, the address and the question. */
export function probeWords(argv: readonly string[], slots: Slots): Pattern {
  const from = argv.indexOf(`UserKnownHostsFile="${samplePeer.knownHostsFile}"`) - 1;
  const word = (index: number): string => `${argv[index] ?? ''}\n`;
  const pair = (index: number): string => word(index) + word(index + 1);
  const question = argv.at(-1) ?? '';
  return all(
    like(argv.slice(0, from)),
    maybe(filled(pair(from), slots)),
    maybe(filled(pair(from + 2), slots)),
    maybe(filled(pair(from + 4) + pair(from + 6), slots)),
    maybe(all(word(from + 8), user, '\n')),
    any(all(host, '\n'), all(ipv6, '\n')),
    any(`${question}\n`, `sudo -n -- ${question}\n`),
  );
}

/** Options with the peer's port and paths in them. */
function filled(option: string, slots: Slots): Pattern {
  const { port, knownHostsFile, identityFile } = samplePeer;
  const path = all(maybe('~'), many(all('/', slots.component), 1));
  for (const [sample, pattern] of [
    [String(port), slots.count],
    [knownHostsFile, path],
    [identityFile, path],
  ] as const) {
    const at = option.indexOf(sample);
    if (at >= 0) return all(option.slice(0, at), pattern, option.slice(at + sample.length));
  }
  return text(option);
}
