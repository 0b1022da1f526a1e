import { SEND_SCRIPT } from '../../src/adapters/rsync/scripts.js';
import type { Argv, ProvenMount } from '../../src/ports/index.js';

/** Where a copy goes from and to, as its argv says: on the simulated hosts. */
export interface SenderPlaces {
  readonly source: ProvenMount;
  readonly target: ProvenMount;
  readonly lock: string;
  readonly pass: 'dry' | 'real';
}

/** True for the command by which the source host copies. */
export function isSender(argv: Argv): boolean {
  return argv[0] === 'sh' && argv[2] === SEND_SCRIPT && argv[3] === 'xen-backup-send';
}

const receiver =
  /^(--rsync-path=[^]* xen-backup-receive )(\S+) (\d+) (\d+)( 'XEN_BACKUP_COPY=[\w-]+' )(\S+)( rsync)$/;

/** Reads a sender's argv. @throws when it is not put together as the adapter does. */
export function placesOf(argv: Argv): SenderPlaces {
  const [, , , , mountPoint = '', device = '', inode = ''] = argv;
  const [, , path = '', deviceThere = '', inodeThere = '', , lock = ''] = receiverOf(argv);
  return {
    source: { mountPoint, identity: { device, inode } },
    target: { mountPoint: path, identity: { device: deviceThere, inode: inodeThere } },
    lock,
    pass: argv.includes('-n') ? 'dry' : 'real',
  };
}

/** The same command with other places; every other byte stays. */
export function withPlaces(argv: Argv, { source, target, lock }: SenderPlaces): Argv {
  const [, before = '', , , , tag = '', , after = ''] = receiverOf(argv);
  const [tool, dash, script = '', name = '', , , , ...rest] = argv;
  const there = [target.mountPoint, target.identity.device, target.identity.inode].join(' ');
  return [
    tool,
    dash ?? '',
    script,
    name,
    source.mountPoint,
    source.identity.device,
    source.identity.inode,
    ...rest.map((word) =>
      word.startsWith('--rsync-path=') ? `${before}${there}${tag}${lock}${after}` : word,
    ),
  ];
}

function receiverOf(argv: Argv): RegExpExecArray {
  const word = argv.find((candidate) => receiver.test(candidate));
  const match = word === undefined ? null : receiver.exec(word);
  if (match === null) throw new Error('no receiver in the sender’s argv');
  return match;
}
