/** Prints `<tool>\t<path>` for each argument; the path is empty where there is no such tool. */
export const FIND_TOOLS_SCRIPT = `
for tool; do
  printf '%s\\t%s\\n' "$tool" "$(command -v -- "$tool" 2>/dev/null)"
done
`;
