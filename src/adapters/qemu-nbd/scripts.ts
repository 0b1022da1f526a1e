/**
 * The network block devices of a host, as the kernel tells of them. `$1` is the directory below
 * which files of ours are shown.
 *
 * Prints, its parts separated by tabs: `module MAX-PART` when the module nbd is there (partitions
 * that the kernel itself looks for on each device), `free NAME`, and `used NAME NUMBER PID RO SECTORS FILE`
 * for a device somebody has: NUMBER `MAJOR:MINOR`, PID of the process that serves it, RO 0 or 1, FILE what that process
 * has open below `$1`, or `-`. Changes nothing.
 *
 * The kernel shows the *thread* that connected the device (drivers/block/nbd.c: task_pid_nr). A
 * device that was let go keeps its last size, and sometimes the number of a thread that is gone: it
 * is free when no such thread lives. Files are those that /proc tells, not what a command line says.
 */
export const NBD_DEVICES_SCRIPT = `
if [ -e /sys/module/nbd ]; then
  parts=0
  read -r parts 2>/dev/null </sys/module/nbd/parameters/max_part
  printf 'module\\t%s\\n' "$parts"
fi
for at in /sys/block/nbd*; do
  read -r sectors 2>/dev/null <"$at/size" || continue
  read -r number 2>/dev/null <"$at/dev" || continue
  name=\${at#/sys/block/}
  pid=
  if read -r thread 2>/dev/null <"$at/pid"; then
    pid=$(sed -n 's/^Tgid:[^0-9]*//p' "/proc/$thread/status" 2>/dev/null)
  fi
  if [ -z "$pid" ]; then
    printf 'free\\t%s\\n' "$name"
    continue
  fi
  read -r ro 2>/dev/null <"$at/ro" || ro=0
  file=$(find "/proc/$thread/fd" -type l -lname "$1/*" -printf '%l\\n' 2>/dev/null | head -n 1)
  printf 'used\\t%s\\t%s\\t%s\\t%s\\t%s\\t%s\\n' "$name" "$number" "$pid" "$ro" "$sectors" "\${file:--}"
done
exit 0
`;
