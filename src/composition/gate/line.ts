import { sudoPrefix } from '../../adapters/shared/command-environment.js';
import { quoteCommand } from '../../adapters/shared/quote.js';
import {
  APPEND_SCRIPT,
  READ_BENEATH_SCRIPT,
  WRITE_SCRIPT,
} from '../../adapters/host-files/scripts.js';
import { CREATE_MAP_SCRIPT, REMOVE_MAP_SCRIPT } from '../../adapters/dmsetup/scripts.js';
import { ASK_SCRIPT } from '../../adapters/questions/scripts.js';
import { LOCK_SCRIPT } from '../../adapters/locks/scripts.js';
import {
  RECEIVE_BLOCKS_SCRIPT,
  RECEIVE_SCRIPT,
  SEND_BLOCKS_SCRIPT,
  SEND_SCRIPT,
  STOP_RECEIVERS_SCRIPT,
  WRITE_START_SCRIPT,
} from '../../adapters/rsync/scripts.js';
import { READ_REGIONS_SCRIPT } from '../../adapters/regions/scripts.js';
import { NBD_DEVICES_SCRIPT } from '../../adapters/qemu-nbd/scripts.js';
import { FILE_HOLDERS_SCRIPT, HOLDERS_SCRIPT } from '../../adapters/shared/scripts.js';
import { stopSessionScript } from '../../adapters/shared/stop-session.js';
import { inUnit } from '../../adapters/virsh/holds/argv.js';
import {
  HOLD_SCRIPT,
  RELEASE_SCRIPT,
  STOP_TIMER_SCRIPT,
  TIMER_SCRIPT,
} from '../../adapters/virsh/scripts.js';
import { FIND_TOOLS_SCRIPT } from '../../adapters/tools/scripts.js';

/** What the beginning of a word may be beside plain text: one of our scripts, to the byte. */
export interface KnownText {
  readonly symbol: string;
  readonly text: string;
  /** `none`: it is the whole word. `some`: plain text follows it. */
  readonly tail: 'none' | 'some';
}

const scripts: Readonly<Record<string, string>> = {
  write: WRITE_SCRIPT,
  append: APPEND_SCRIPT,
  'read-beneath': READ_BENEATH_SCRIPT,
  ask: ASK_SCRIPT,
  lock: LOCK_SCRIPT,
  'create-map': CREATE_MAP_SCRIPT,
  'remove-map': REMOVE_MAP_SCRIPT,
  holders: HOLDERS_SCRIPT,
  'file-holders': FILE_HOLDERS_SCRIPT,
  'nbd-devices': NBD_DEVICES_SCRIPT,
  'find-tools': FIND_TOOLS_SCRIPT,
  regions: READ_REGIONS_SCRIPT,
  send: SEND_SCRIPT,
  receive: RECEIVE_SCRIPT,
  'send-blocks': SEND_BLOCKS_SCRIPT,
  'receive-blocks': RECEIVE_BLOCKS_SCRIPT,
  'write-start': WRITE_START_SCRIPT,
  'stop-receivers': STOP_RECEIVERS_SCRIPT,
  'stop-session': stopSessionScript,
  hold: HOLD_SCRIPT,
  release: RELEASE_SCRIPT,
  timer: TIMER_SCRIPT,
  'timer-of-systemd': inUnit(TIMER_SCRIPT),
  'stop-timer': STOP_TIMER_SCRIPT,
};

/** How a receiver begins, by the symbol of its script. */
const receivers: Readonly<Record<string, readonly string[]>> = {
  receiver: ['sh', '-c', RECEIVE_SCRIPT],
  'block-receiver': ['sh', '-c', RECEIVE_BLOCKS_SCRIPT],
};

/** Every text that may stand in a command line and does not fit on one line. */
export const knownTexts: readonly KnownText[] = [
  ...Object.entries(scripts).map(([symbol, text]) => ({
    symbol: `\t${symbol}`,
    text,
    tail: 'none' as const,
  })),
  ...Object.entries(receivers).flatMap(([name, receiver]) =>
    [
      { symbol: `\t${name}`, command: receiver },
      { symbol: `\tsudo-${name}`, command: [...sudoPrefix, ...receiver] },
    ].map(({ symbol, command }) => ({
      symbol,
      text: `--rsync-path=${quoteCommand(command)} `,
      tail: 'some' as const,
    })),
  ),
];

/**
 * Words as one text that patterns match: each word, its known text replaced by a symbol, ends with
 * a newline. `undefined` when a word has control characters that no known text accounts for: so no
 * word can be taken for a symbol, or for two words.
 */
export function lineOf(words: readonly string[]): string | undefined {
  const lines = words.map(symbolise);
  return lines.includes(undefined) ? undefined : lines.join('');
}

function symbolise(word: string): string | undefined {
  const known = knownTexts.find(({ text, tail }) =>
    tail === 'none' ? word === text : word.startsWith(text),
  );
  const rest = known === undefined ? word : word.slice(known.text.length);
  if (/[\x00-\x1f\x7f]/.test(rest)) return undefined;
  return `${known?.symbol ?? ''}${rest}\n`;
}
