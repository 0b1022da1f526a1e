// Scripts that run on a host. Positional arguments only: nothing is ever pasted into the text.

/**
 * Replaces file $1 by stdin, of which exactly $2 bytes must arrive. Exit 65: less did, nothing
 * was replaced. (When a connection breaks, the far side sees an ordinary end of file.)
 */
export const WRITE_SCRIPT = `
set -e
umask 077
new=$1.new
cat >"$new"
[ "$(wc -c <"$new")" -eq "$2" ] || { rm -f -- "$new"; exit 65; }
sync -- "$new"
mv -f -- "$new" "$1"
sync -- "\${1%/*}/"
`;

/**
 * Appends stdin, of which exactly $2 bytes must arrive, to file $1, and flushes it. Exit 65: less
 * did, nothing was written. The text is held in memory: journals grow line by line.
 */
export const APPEND_SCRIPT = `
umask 077
text=$(cat; echo x)
text=\${text%x}
[ "\${#text}" -eq "$2" ] || exit 65
new=
[ -e "$1" ] || new=yes
printf %s "$text" | dd of="$1" oflag=append conv=notrunc,fsync bs=64k iflag=fullblock status=none || exit
[ -z "$new" ] || sync -- "\${1%/*}/"
`;

/**
 * Prints the file that the components $3... name beneath directory $1, at most $2 + 1 bytes.
 * Every component must be what it seems: a directory, and at the end a regular file. Exit 66: not
 * there. Exit 67: a symbolic link, or something else. The working directory is proven after each
 * step, so a link that is put there in between is noticed too. Between the last check and the
 * opening a writer could still win: there is none, because all that is ever read this way lies in a
 * read-only mount of a snapshot, or of a guest that is shut off, on a device nobody else writes.
 */
export const READ_BENEATH_SCRIPT = `
unset CDPATH
cd -P -- "$1" || exit 1
limit=$(($2 + 1))
shift 2
here=$(pwd -P; echo x)
here=\${here%??}
while [ "$#" -gt 1 ]; do
  [ -L "./$1" ] && exit 67
  [ -e "./$1" ] || exit 66
  [ -d "./$1" ] || exit 67
  cd -P -- "./$1" || exit 1
  here=\${here%/}/$1
  now=$(pwd -P; echo x)
  [ "\${now%??}" = "$here" ] || exit 67
  shift
done
[ -L "./$1" ] && exit 67
[ -e "./$1" ] || exit 66
[ -f "./$1" ] || exit 67
exec head -c "$limit" -- "./$1"
`;
