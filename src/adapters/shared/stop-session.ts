import type { Argv } from '../../ports/index.js';

/** A process of ours that leads its own session, told apart from a later one by its start. */
export interface Session {
  readonly processId: number;
  /** Field 22 of /proc/PID/stat, in clock ticks since boot. */
  readonly startTicks: string;
}

/**
 * Ends a session and proves it: TERM to all of its processes, KILL when the grace is over, then
 * looks in /proc until none is left. Exit 0: proven. Exit 1: survivors, one `pid state name` a
 * line. Arguments: leader's pid, its start in ticks, grace in tenths of a second.
 *
 * Membership is by session and by descent: sudo with `use_pty` puts its command into a session of
 * its own. A number that was given to a new process is recognised by the leader's start; the
 * kernel does not give it out again while any process of the old session lives.
 */
export const stopSessionScript = `
leader=$1 start=$2 grace=$3
known=' ' sessions=" $leader "

read_stat() {
  text=
  # The name in the second field may contain anything, newlines too.
  while IFS= read -r part || [ -n "$part" ]; do text="$text$part "; done 2>/dev/null <"/proc/$1/stat"
  [ -n "$text" ] || return 1
  set -- \${text##*) }
  state=$1 parent=$2 session=$4
  shift 19
  begun=$1
}

belongs() {
  case $session in
    "$leader") [ -z "$reused" ] && return 0 ;;
    *) case $sessions in *" $session "*) return 0 ;; esac ;;
  esac
  case $alive in *" $parent "*) return 0 ;; esac
  case $known in *" $pid:$begun "*) return 0 ;; esac
  return 1
}

# Sets "alive": every living process that belongs. Repeats until a pass finds no more.
scan() {
  alive=' ' reused= grown=yes
  read_stat "$leader" && [ "$begun" != "$start" ] && reused=yes
  while [ -n "$grown" ]; do
    grown=
    for entry in /proc/[0-9]*; do
      pid=\${entry#/proc/}
      case $alive in *" $pid "*) continue ;; esac
      read_stat "$pid" || continue
      case $state in Z | X | x) continue ;; esac
      belongs || continue
      alive="$alive$pid " known="$known$pid:$begun " grown=yes
      case $sessions in *" $session "*) ;; *) sessions="$sessions$session " ;; esac
    done
  done
}

waited=0
scan
[ "$alive" = ' ' ] && exit 0
kill -s TERM $alive 2>/dev/null
while :; do
  [ "$waited" -ge "$grace" ] && kill -s KILL $alive 2>/dev/null
  sleep 0.1 2>/dev/null || sleep 1
  waited=$((waited + 1))
  scan
  [ "$alive" = ' ' ] && exit 0
  [ "$waited" -ge $((grace + 100)) ] && break
done
for pid in $alive; do
  read_stat "$pid" && echo "$pid $state $(cat "/proc/$pid/comm" 2>/dev/null)"
done
exit 1
`;

/** How long a process may take to vanish after KILL before it counts as a survivor. */
const killPatienceMs = 10_000;

/** The command that ends a session of ours. See the script. */
export function stopSessionArgv(session: Session, graceMs: number): Argv {
  const grace = Math.max(0, Math.ceil(graceMs / 100));
  return [
    'sh',
    '-c',
    stopSessionScript,
    'xen-backup-stop',
    String(session.processId),
    session.startTicks,
    String(grace),
  ];
}

/** After this the stop command itself is taken to hang. A busy machine scans /proc slowly. */
export function stopSessionTimeoutMs(graceMs: number): number {
  return 2 * (graceMs + killPatienceMs) + 20_000;
}

/** Start of a process from the text of /proc/PID/stat; `undefined` when it is no such text. */
export function startTicksOf(stat: string): string | undefined {
  const fields = stat.slice(stat.lastIndexOf(') ') + 2).split(' ');
  const ticks = fields[19];
  return ticks !== undefined && /^\d+$/.test(ticks) ? ticks : undefined;
}
