import type { Argv } from '../../src/ports/index.js';
import { MountError, type MountErrorKind } from '../filesystem/mount-error.js';
import { mountDevice } from '../filesystem/mounting.js';
import { bindMount, mountTmpfs, remountReadOnly } from '../filesystem/special-mounts.js';
import { unmount } from '../filesystem/unmounting.js';
import type { Machine } from '../world/state.js';
import { type CommandOutcome, type CommandTable, failed, notSimulated, printed } from './types.js';
import { findmnt } from './findmnt.js';

export const mountCommands: CommandTable = {
  mount: { kind: 'plain', run: async (machine, argv) => mount(machine, argv) },
  umount: { kind: 'plain', run: async (machine, argv) => umount(machine, argv) },
  findmnt: { kind: 'plain', run: async (machine, argv) => findmnt(machine, argv) },
};

const hint = '       dmesg(1) may have more information after failed mount system call.\n';

interface MountCall {
  readonly type: string | undefined;
  readonly options: readonly string[];
  readonly operands: readonly string[];
  readonly bind: 'bind' | 'no';
}

function mount(machine: Machine, argv: Argv): CommandOutcome {
  if (argv[1] === '-V') return printed(versionText(machine, 'mount'));
  const { type, options, operands, bind } = parse(argv.slice(1));
  const mountPoint = operands.at(-1) ?? '';
  const text = (words: string): CommandOutcome =>
    failed(32, `mount: ${mountPoint}: ${words}\n${hint}`);
  // swapon's business: the kernel says so with EINVAL to an old call of libmount.
  if (type === 'swap') {
    return failed(1, `mount: ${mountPoint}: operation failed: Invalid argument.\n`);
  }
  try {
    if (options.includes('remount')) {
      if (!options.includes('ro')) return notSimulated(argv);
      remountReadOnly(machine, mountPoint);
      return printed('');
    }
    if (operands.length !== 2) return notSimulated(argv);
    const [source = ''] = operands;
    if (bind === 'bind') {
      bindMount(machine, source, mountPoint);
      return printed('');
    }
    if (type === 'tmpfs') {
      mountTmpfs(machine, { source, mountPoint, options });
      return printed('');
    }
    const request = { device: source, mountPoint, type: type ?? 'auto', options };
    const { warning } = mountDevice(machine, request);
    const note = `mount: ${mountPoint}: WARNING: source write-protected, mounted read-only.\n`;
    return { exitCode: 0, stdout: '', stderr: warning === undefined ? '' : note };
  } catch (error) {
    if (!(error instanceof MountError)) throw error;
    return text(mountTexts[error.kind](error, operands[0] ?? ''));
  }
}

/** What mount(8) 2.38 says. The device is named as it resolves where the kernel saw it. */
const mountTexts: Readonly<Record<MountErrorKind, (error: MountError, source: string) => string>> =
  {
    'no-mount-point': () => 'mount point does not exist.',
    'not-a-directory': () => 'mount point is not a directory.',
    'no-device': (_error, source) => `special device ${source} does not exist.`,
    'not-a-block-device': (_error, source) => `${source} is not a block device.`,
    'unknown-type': ({ subject }) => `unknown filesystem type '${subject}'.`,
    'already-mounted': ({ subject, mountedOn }) => `${subject} already mounted on ${mountedOn}.`,
    busy: ({ subject }) => `${subject} already mounted or mount point busy.`,
    wrong: ({ subject }) =>
      `wrong fs type, bad option, bad superblock on ${subject}, missing codepage or helper program, or other error.`,
    exists: () => 'mount(2) system call failed: File exists.',
    'missing-device': () => 'mount(2) system call failed: No such file or directory.',
    unreadable: ({ subject }) => `can't read superblock on ${subject}.`,
    'read-only-device': ({ subject }) => `cannot mount ${subject} read-only.`,
    'not-mounted': () => 'mount point not mounted or bad option.',
    'target-busy': () => 'mount point is busy.',
  };

function umount(machine: Machine, argv: Argv): CommandOutcome {
  const [, path, ...rest] = argv;
  if (path === undefined || path.startsWith('-') || rest.length > 0) return notSimulated(argv);
  try {
    unmount(machine, path);
    return printed('');
  } catch (error) {
    if (!(error instanceof MountError)) throw error;
    return failed(32, `umount: ${path}: ${unmountText(error.kind)}\n`);
  }
}

function unmountText(kind: MountErrorKind): string {
  if (kind === 'target-busy') return 'target is busy.';
  return kind === 'no-mount-point' ? 'no mount point specified.' : 'not mounted.';
}

function parse(words: readonly string[]): MountCall {
  let type: string | undefined;
  let bind: MountCall['bind'] = 'no';
  const options: string[] = [];
  const operands: string[] = [];
  const rest = [...words];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '-t') type = rest.shift();
    else if (word === '-o') options.push(...(rest.shift() ?? '').split(','));
    else if (word === '--bind') bind = 'bind';
    else if (word !== '--') operands.push(word);
  }
  if (options.includes('bind')) bind = 'bind';
  return { type, options, operands, bind };
}

/** `mount from util-linux 2.38.1 (libmount 2.38.1: ...)`. */
export function versionText(machine: Machine, tool: string): string {
  const version = machine.tools.get(tool)?.version ?? '';
  const library =
    tool === 'mount'
      ? ` (libmount ${version}: selinux, smack, btrfs, verity, namespaces, assert, debug)`
      : '';
  return `${tool} from util-linux ${version}${library}\n`;
}
