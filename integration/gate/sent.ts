import { quoteCommand } from '../../src/adapters/shared/quote.js';
import { remoteCommandText } from '../../src/adapters/ssh/remote-command.js';
import { builtCommands } from './built.js';
import type { GoldenCommand } from './golden.js';

const bootId = '/proc/sys/kernel/random/boot_id';

/** A command line as it comes over SSH, and the arguments it is made of. */
export interface Sent {
  readonly argv: readonly string[];
  readonly text: string;
  readonly compose: (argv: readonly string[]) => string;
}

/** From xen-backup itself. The tool is told twice: once for the start script. */
export function control(
  [tool = '', ...rest]: readonly string[],
  elevation: 'none' | 'sudo' = 'none',
): string {
  return remoteCommandText({ argv: [tool, ...rest], elevation, life: 'short' });
}

/** Whether a command comes from another host that copies to this one, not from xen-backup. */
export function isReceived(argv: readonly string[]): boolean {
  const isReceiver = ['xen-backup-receive', 'xen-backup-receive-blocks'].some((name) =>
    argv.includes(name),
  );
  return isReceiver || (argv.length === 2 && argv[1] === bootId);
}

/** What runs have sent, and what of ours none of them happens to need. */
export function sentCommands(golden: readonly GoldenCommand[]): readonly Sent[] {
  return [...golden.map(({ argv }) => argv), ...builtCommands].map((argv) => {
    const compose: Sent['compose'] = isReceived(argv) ? quoteCommand : (words) => control(words);
    return { argv, text: compose(argv), compose };
  });
}
