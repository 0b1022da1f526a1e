// Scripts that run on a host. Positional arguments only: nothing is ever pasted into the text.

const info = 'dmsetup info -c --noheadings --separator : -o name,uuid,major,minor,open,attr';

/** Makes map $1, with the further arguments of `dmsetup create`; its table is stdin. Shows it. */
export const CREATE_MAP_SCRIPT = `
dmsetup create "$@" >&2 || exit
exec ${info} "$1"
`;

/**
 * Shows map $1, and removes it if $2 is its UUID. Exit 68: it is another. `--retry` outlasts udev,
 * which opens fresh devices for moments (5 s).
 */
export const REMOVE_MAP_SCRIPT = `
shown=$(${info} "$1") || exit
printf '%s\\n' "$shown"
case $shown in "$1:$2:"*) ;; *) exit 68 ;; esac
exec dmsetup remove --retry "$1" >&2
`;
