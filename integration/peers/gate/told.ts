/**
 * Runs nothing: says to whoever asked what would run here, with whose rights, in which environment,
 * and what came over its input. The gate itself and our start script go on to the real tools.
 */
const told = `#!/bin/sh
case \${0##*/} in
  sh) case $3 in xen-backup | xen-backup-input) exec /bin/sh "$@" ;; esac ;;
  head) case $#$1$2 in 2-c65537) exec /usr/bin/head "$@" ;; esac ;;
esac
printf '%s\\0' "$(/usr/bin/id -u)" "$LC_ALL" "$PATH" "$(($# + 1))" "\${0##*/}" "$@"
exec /bin/cat
`;

/** Such a program for each of these tools, by name. */
export function toldTools(names: Iterable<string>): Readonly<Record<string, string>> {
  return Object.fromEntries([...names].map((name) => [name, told]));
}

/** A command as it arrived at a host. */
export interface Arrived {
  readonly userId: string;
  readonly locale: string;
  readonly path: string;
  readonly argv: readonly [string, ...string[]];
  readonly stdin: string;
}

/** Reads what one of the programs said. @throws for anything else. */
export function parseTold(text: string): Arrived {
  const [userId = '', locale = '', path = '', length = '', ...words] = text.split('\0');
  const count = Number(length);
  const [tool, ...rest] = words.slice(0, count);
  if (tool === undefined || words.length <= count) throw new Error(`nobody told this: ${text}`);
  const stdin = words.slice(count).join('\0');
  return { userId, locale, path, argv: [tool, ...rest], stdin };
}
