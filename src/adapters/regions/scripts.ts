/**
 * Reads pieces of block devices past the page cache. `$1` is `digest` or `bytes`, then follow
 * device, offset and length in bytes of each piece. Prints one line for each: `sha256sum`'s, or
 * the bytes in hexadecimal digits. Ends with 1 at the first piece that cannot be read.
 *
 * The exit code of dd, which a pipe hides, goes round it through descriptor 3.
 */
export const READ_REGIONS_SCRIPT = `
mode=$1
shift
show() {
  if [ "$mode" = digest ]; then sha256sum; else od -An -v -tx1 | tr -d ' \\n'; echo; fi
}
exec 4>&1
while [ "$#" -gt 2 ]; do
  status=$({ { dd if="$1" bs=64k iflag=direct,fullblock,skip_bytes,count_bytes skip="$2" count="$3" status=none; echo "$?" >&3; } | show >&4; } 3>&1)
  [ "$status" = 0 ] || exit 1
  shift 3
done
`;
