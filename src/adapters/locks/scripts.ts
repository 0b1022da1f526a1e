/**
 * Runs inside `flock FILE`, which it keeps open; $1 is FILE, $2 the owner as one line of JSON.
 *
 * Exit 76: FILE is not the file that was locked, because its last holder removed it in between: to
 * be tried again. Exit 77: the directory of the locks, or ours around it, is a link, somebody
 * else's, or open to others, who could then put links in the place of what we write: nothing is
 * written. (`stat` does not follow links; that the file exists keeps the directories from being
 * removed meanwhile.) Exit 75: a receiving rsync of an earlier run lives; it holds a share of
 * `FILE.writers`. Else it writes the owner into FILE, says `held`, and holds on until its input
 * ends, or says nothing for two minutes: sshd may take hours to notice that the other end has
 * gone, and a dead owner must not block the next one for so long.
 *
 * At the end it removes what it made, still under the lock, unless a writer lives: nothing of a
 * run stays on the host, and whoever comes next finds the lock busy as long as there is a writer.
 */
export const LOCK_SCRIPT = `
same=
for fd in /proc/$$/fd/*; do [ "$fd" -ef "$1" ] && same=yes; done
[ -n "$same" ] || exit 76
private() { [ -O "$1" ] && [ "$(stat -c %F:%a -- "$1")" = directory:700 ]; }
case \${1%/*} in
  */xen-backup/locks) private "\${1%/locks/*}" || exit 77 ;;
esac
private "\${1%/*}" || exit 77
exec 8>>"$1.writers" || exit 1
flock --exclusive --nonblock --conflict-exit-code 75 8 || exit
exec 8>&-
printf '%s\\n' "$2" >"$1" || exit 1
echo held
while timeout 120 sh -c 'read -r beat'; do :; done
exec 8>>"$1.writers" && flock --exclusive --nonblock 8 || exit 0
rm -f -- "$1.writers" "$1"
case \${1%/*} in
  */xen-backup/locks) rmdir -- "\${1%/*}" "\${1%/locks/*}" 2>/dev/null ;;
esac
exit 0
`;
