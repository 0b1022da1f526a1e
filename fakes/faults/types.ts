/** What a fault does to the command it strikes. */
export type CommandFault =
  /** Ends with this instead of doing anything; struck `after`, in spite of having done it. */
  | {
      readonly kind: 'fail';
      readonly exitCode: number;
      readonly stderr: string;
      readonly stdout: string;
    }
  /** Never ends. `stuck` is state D: no signal helps. */
  | { readonly kind: 'hang'; readonly mercy: 'killable' | 'stuck' }
  /** Says that all is well and does nothing. */
  | { readonly kind: 'lie'; readonly stdout: string }
  /** Does its work and prints something else. */
  | { readonly kind: 'garble'; readonly stdout: string }
  /** Does its work and prints the first bytes only. */
  | { readonly kind: 'truncate'; readonly bytes: number }
  /** Takes longer. */
  | { readonly kind: 'delay'; readonly durationMs: number }
  /** The command is killed by a signal. */
  | { readonly kind: 'kill'; readonly signal: 'TERM' | 'KILL' }
  /** xen-backup itself is killed with SIGKILL at this point. */
  | { readonly kind: 'die' };

/** What a fault does to the machine or the world while the command goes on. */
export type WorldFault =
  /** No packet passes any more, and nobody is told. */
  | {
      readonly kind: 'cut-network';
      /** Machine at the other end; all others when absent. */
      readonly peer?: string;
      /** Heals by itself after this time. */
      readonly lastsMs?: number;
    }
  /** Every thick snapshot of the machine overflows, by real writes to its origin. */
  | { readonly kind: 'fill-snapshots' }
  /** The file system that a path of the machine lies on gets full. */
  | { readonly kind: 'fill-file-system'; readonly path: string }
  /** A stranger's process sits in a mount point; of our own mounts the newest is meant. */
  | { readonly kind: 'hold-mount'; readonly path?: string; readonly lastsMs: number }
  /** Somebody unmounts, lazily, what lies on a path; of our own mounts the newest is meant. */
  | { readonly kind: 'unmount'; readonly path?: string }
  | { readonly kind: 'start-domain' | 'suspend-domain' | 'stop-domain'; readonly domain: string }
  | { readonly kind: 'stop-libvirt' }
  /** Whatever a test lets happen at this moment: a signal, somebody else's invocation. */
  | { readonly kind: 'happen'; readonly happen: () => void };

/** What a fault does. */
export type FaultEffect = CommandFault | WorldFault;

/** The moment at which a fault strikes. */
export type FaultMoment =
  | { readonly kind: 'before' }
  | { readonly kind: 'after' }
  /** In the middle of a copy: 0.5 is half of its bytes. */
  | { readonly kind: 'during'; readonly share: number };

/** Which command a fault strikes. All that is given must agree. */
export interface FaultMatch {
  /** Host it runs on; any when absent. */
  readonly machine?: string;
  /** As {@link commandText}: the beginning of the command line, `*` stands for anything. */
  readonly command?: string;
  /** As `command`: what begins like this is not meant. */
  readonly except?: string;
  /** n-th command of the whole world, counted from 1 in order of starting. */
  readonly number?: number;
  /** n-th command that agrees with the rest; default the first. */
  readonly occurrence: number | 'every';
}

/** One line of a fault script. */
export interface FaultRule {
  /** Shown when it was never hit. */
  readonly name: string;
  /** Which command it strikes. */
  readonly match: FaultMatch;
  /** When. */
  readonly moment: FaultMoment;
  /** How. */
  readonly effect: FaultEffect;
}
