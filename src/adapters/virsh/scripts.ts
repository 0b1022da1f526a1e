import { commandEnvironment } from '../shared/command-environment.js';

// Scripts that run on a host. Positional arguments only: nothing is ever pasted into the text.
// ADR 20 says why they are needed, and what their lock is for.

/** How long each virsh may take, and how long the lock is waited for, in seconds. */
const patience = { virsh: 20, lock: 5 } as const;

/**
 * `release FILE URI RESUME THAW`: lets the guest go on that FILE says to be held. RESUME and THAW
 * are command strings for virsh. Says what it found on its first line; virsh's words follow.
 *
 * /proc/uptime counts in hundredths of a second, and no clock that is set can falsify it.
 */
const releaseFunction = `
milliseconds() { echo "$((\${1%.*} * 1000 + (1\${1#*.} - 100) * 10))"; }

release() {
  [ -e "$1" ] || { echo 'not-held'; return 0; }
  read -r word since <"$1"
  case $word in
    pause) commands=$3 ;;
    freeze) commands=$4 ;;
    *) commands= ;;
  esac
  # A bare exec that fails would end dash, and with it the timer.
  command exec 9<"$1" || { [ ! -e "$1" ] && echo 'not-held'; return; }
  if ! flock --exclusive --timeout ${patience.lock} 9; then
    # Whoever stops the guest hangs. What it does must not last; its lock is free when it ends.
    [ -z "$commands" ] || timeout -k 2 ${patience.virsh} virsh -c "$2" "$commands"
    return 76
  fi
  [ -e "$1" ] || { echo 'not-held'; return 0; }
  read -r word since <"$1"
  case $word in
    pause) commands=$3 ;;
    freeze) commands=$4 ;;
    *) rm -f -- "$1" || return; echo 'not-held'; return 0 ;;
  esac
  said=$(timeout -k 2 ${patience.virsh} virsh -c "$2" "$commands") || {
    code=$?
    echo "failed $word"
    printf '%s\\n' "$said"
    return "$code"
  }
  read -r now rest </proc/uptime
  # The last word of RESUME is the state that the guest is in now.
  if [ "$word" = pause ] && [ "\${said##*"$newline"}" = paused ]; then
    echo "failed $word"
    printf '%s\\n' "$said"
    return 77
  fi
  rm -f -- "$1" || return
  echo "released $word $(($(milliseconds "$now") - $(milliseconds "$since")))"
  printf '%s\\n' "$said"
}

newline='
'
`;

/** `$1` FILE, `$2` URI, `$3` RESUME, `$4` THAW: releases once, and says how it went. */
export const RELEASE_SCRIPT = `${releaseFunction}
release "$@"
`;

const environment = Object.entries(commandEnvironment)
  .map(([name, value]) => `${name}='${value}'`)
  .join(' ');

/**
 * What a timer runs: sleeps `$1` seconds, then releases (`$2` FILE, and so on), again and again
 * for some minutes while that fails: nobody else is there to do it. systemd starts it with an
 * environment of its own, in which virsh may speak another language.
 *
 * It ends with 0 in any case, so that systemd keeps no failed unit; the journal has its words.
 */
export const TIMER_SCRIPT = `
export ${environment}
exec </dev/null
[ "$1" = 0 ] || { exec >/dev/null 2>&1; sleep "$1"; }
shift
${releaseFunction}
for pause in 1 2 4 8 15 30 60 60 60 60 60 0; do
  release "$@" && exit 0
  sleep "$pause"
done
echo "$0: the guest could not be let go on" >&2
exit 0
`;

/**
 * `$1` FILE, `$2` what is held from now on, `$3` who it is, `$4` seconds, `$5`... a command that
 * stops the guest. The word is in FILE before the command begins. Exit 75: the timer has gone off.
 * Exit 76: somebody else works on FILE. Else the command's own exit code.
 *
 * Where the command says first that the guest is paused, somebody else did that: nothing is held.
 */
export const HOLD_SCRIPT = `
file=$1 word=$2 about=$3 seconds=$4
shift 4
[ -e "$file" ] || exit 75
command exec 9<"$file" || exit 75
flock --exclusive --timeout 10 9 || exit 76
[ -e "$file" ] || exit 75
read -r now rest </proc/uptime
printf '%s %s\\n%s\\n' "$word" "$now" "$about" >"$file" || exit
said=$(timeout -k 2 "$seconds" "$@")
code=$?
printf '%s\\n' "$said"
case $word:$said in
  pause:paused*) printf 'armed\\n%s\\n' "$about" >"$file" || exit ;;
esac
exit "$code"
`;

/**
 * Ends the timer of the name `$1` that is a process, with its sleep, and looks until it is gone.
 * Exit 1: it is not. (The bracket keeps grep from finding its own arguments.)
 */
export const STOP_TIMER_SCRIPT = `
turn=0
while [ "$turn" -lt 50 ]; do
  files=$(grep -l -s -z -E "^xen-backup-time[r]-$1\\$" /proc/[0-9]*/cmdline)
  [ -n "$files" ] || exit 0
  for file in $files; do
    pid=\${file#/proc/} pid=\${pid%%/*}
    # setsid made it the leader of its group.
    kill -s TERM -- "-$pid" 2>/dev/null
  done
  sleep 0.1
  turn=$((turn + 1))
done
exit 1
`;
