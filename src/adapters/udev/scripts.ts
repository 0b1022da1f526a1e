/**
 * The udev rule that keeps the host's automatic machinery away from our devices: the maps, whose
 * names begin with `xen-backup-`, loop devices of images shown below our run directory (udev would
 * look for a physical volume on them), network block devices whose server was started on such an image
 * (of its command line, because the kernel names the process and nothing else), and the snapshots, whose device-mapper names carry the same
 * prefix with its hyphens doubled, behind the name of their volume group.
 *
 * Without it, seconds after kpartx shows a guest's physical volume, udev activates the guest's
 * volume group on the host (measured on Debian 12), and by-uuid links may point to a snapshot.
 * The rule must come after the rules that set DM_NAME: in a file numbered 12 it does nothing.
 */
export const UDEV_RULE = `# Written by xen-backup; it removes this file when its run ends.
SUBSYSTEM!="block", GOTO="xen_backup_end"
ENV{DM_NAME}=="xen-backup-*|*-xen--backup--*", ENV{DM_NOSCAN}="1", ENV{DM_UDEV_DISABLE_OTHER_RULES_FLAG}="1", ENV{SYSTEMD_READY}="0", OPTIONS+="nowatch"
KERNEL=="loop*", ATTR{loop/backing_file}=="/run/xen-backup/*", ENV{UDEV_DISABLE_PERSISTENT_STORAGE_RULES_FLAG}="1", ENV{DM_UDEV_DISABLE_OTHER_RULES_FLAG}="1", ENV{SYSTEMD_READY}="0", OPTIONS+="nowatch"
KERNEL=="nbd*", ATTRS{pid}=="?*", PROGRAM=="/bin/grep -qszF /run/xen-backup/ /proc/$attr{pid}/cmdline", ENV{UDEV_DISABLE_PERSISTENT_STORAGE_RULES_FLAG}="1", ENV{DM_UDEV_DISABLE_OTHER_RULES_FLAG}="1", ENV{SYSTEMD_READY}="0", OPTIONS+="nowatch"
LABEL="xen_backup_end"
`;
