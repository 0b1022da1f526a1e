/**
 * Runs inside `flock FILE`, which it keeps open; $1 is FILE, $2 the owner as one line of JSON.
 *
 * Exit 75: a receiving rsync of an earlier run lives; it holds a share of `FILE.writers`. Else it
 * writes the owner into FILE, says `held`, and holds on until its input ends, or says nothing for
 * two minutes: sshd may take hours to notice that the other end has gone, and a dead owner must
 * not block the next one for so long.
 */
export const LOCK_SCRIPT = `
exec 8>>"$1.writers" || exit 1
flock --exclusive --nonblock --conflict-exit-code 75 8 || exit
exec 8>&-
printf '%s\\n' "$2" >"$1" || exit 1
echo held
while timeout 120 sh -c 'read -r beat'; do :; done
exit 0
`;
