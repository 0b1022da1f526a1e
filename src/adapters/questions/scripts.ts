/** Ends each command in the arguments of {@link ASK_SCRIPT}. No word of a command of ours is this. */
export const commandEnd = ';';

/**
 * Runs several commands one after another, whatever becomes of each, in one process and one
 * session. `$1` is a mark that stands in nobody's output; then follow the words of each command,
 * with `;` behind them. After each, stdout gets a line with the mark and its exit code, and stderr
 * one with the mark, each behind a newline of its own.
 *
 * `eval` sees nothing but the numbers of parameters: `"${1}" "${2}"`.
 */
export const ASK_SCRIPT = `
mark=$1
shift
while [ "$#" -gt 0 ]; do
  words= count=0
  for word; do
    [ "$word" != ';' ] || break
    count=$((count + 1))
    words="$words \\"\\\${$count}\\""
  done
  eval "$words" </dev/null
  printf '\\n%s %s\\n' "$mark" "$?"
  printf '\\n%s\\n' "$mark" >&2
  shift "$((count + 1))" || exit
done
`;
