/**
 * A command line as fault scripts see it: words joined by blanks. A script given to `sh -c` is
 * left out, its name stands for it: `xen-backup-send /run/... rsync ...`.
 */
export function commandText(argv: readonly string[]): string {
  const [shell, option, , ...rest] = argv;
  if (shell === 'sh' && option === '-c' && rest.length > 0) return rest.join(' ');
  return argv.join(' ');
}

/** True when the text begins with the pattern, word by word; `*` stands for any text. */
export function matchesCommand(pattern: string, text: string): boolean {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('[^]*')}(?: |$)`).test(text);
}

/** Which commands a word of a fault script means. */
export interface CommandPattern {
  /** The beginning of the command line; `*` stands for any text. */
  readonly command: string;
  /** Commands that begin alike but are something else. */
  readonly except?: string;
}

/** Kinds of steps of a run, and of their undoing, by the commands that take them. */
export const stepCommands = {
  'install-rule': { command: 'xen-backup-write /run/udev/rules.d/*' },
  'remove-rule': { command: 'rm -f -- /run/udev/rules.d/*' },
  'arm-release': { command: 'systemd-run' },
  'disarm-release': { command: 'systemctl stop' },
  'suspend-domain': { command: 'virsh -c *suspend' },
  'resume-domain': { command: 'virsh -c *resume' },
  'freeze-domain': { command: 'virsh -c *domfsfreeze' },
  'thaw-domain': { command: 'virsh -c *domfsthaw' },
  'create-snapshot': { command: 'lvcreate *--snapshot' },
  'remove-snapshot': { command: 'lvremove' },
  'extend-snapshot': { command: 'lvextend' },
  'prove-rule': { command: 'dmsetup create *-0' },
  'create-map': { command: 'dmsetup create', except: 'dmsetup create *-0' },
  'remove-map': { command: 'dmsetup remove', except: 'dmsetup remove *-0' },
  'add-partition-maps': { command: 'kpartx -a' },
  'remove-partition-maps': { command: 'kpartx -d' },
  'prepare-mount-points': { command: 'mount -t tmpfs' },
  'protect-mount-points': { command: 'mount -o remount,ro' },
  mount: { command: 'mount -t', except: 'mount -t tmpfs' },
  unmount: { command: 'umount' },
  copy: { command: 'xen-backup-send' },
  'copy-blocks': { command: 'xen-backup-send-blocks' },
  lock: { command: 'flock' },
} as const satisfies Record<string, CommandPattern>;

/** Kinds of steps and of their undoing. */
export type StepName = keyof typeof stepCommands;
