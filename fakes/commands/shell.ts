import {
  APPEND_SCRIPT,
  READ_BENEATH_SCRIPT,
  WRITE_SCRIPT,
} from '../../src/adapters/host-files/scripts.js';
import {
  HOLD_SCRIPT,
  RELEASE_SCRIPT,
  STOP_TIMER_SCRIPT,
  TIMER_SCRIPT,
} from '../../src/adapters/virsh/scripts.js';
import { CREATE_MAP_SCRIPT, REMOVE_MAP_SCRIPT } from '../../src/adapters/dmsetup/scripts.js';
import { ASK_SCRIPT } from '../../src/adapters/questions/scripts.js';
import { LOCK_SCRIPT } from '../../src/adapters/locks/scripts.js';
import {
  RECEIVE_BLOCKS_SCRIPT,
  RECEIVE_SCRIPT,
  SEND_BLOCKS_SCRIPT,
  SEND_SCRIPT,
  STOP_RECEIVERS_SCRIPT,
  WRITE_START_SCRIPT,
} from '../../src/adapters/rsync/scripts.js';
import { READ_REGIONS_SCRIPT } from '../../src/adapters/regions/scripts.js';
import { NBD_DEVICES_SCRIPT } from '../../src/adapters/qemu-nbd/scripts.js';
import { FILE_HOLDERS_SCRIPT, HOLDERS_SCRIPT } from '../../src/adapters/shared/scripts.js';
import { FIND_TOOLS_SCRIPT } from '../../src/adapters/tools/scripts.js';
import { askScript } from './scripts/ask.js';
import { fileHoldersScript, holdersScript } from './scripts/holders.js';
import { holdScript, releaseScript, stopTimerScript, timerScript } from './scripts/holds.js';
import {
  appendScript,
  findToolsScript,
  readBeneathScript,
  writeScript,
} from './scripts/host-files.js';
import { createMapScript, removeMapScript } from './scripts/maps.js';
import { lockScript } from './scripts/locks.js';
import { nbdDevicesScript } from './scripts/nbd.js';
import { readRegionsScript } from './scripts/regions.js';
import { receiveBlocksScript, sendBlocksScript, writeStartScript } from './scripts/block-guards.js';
import { receiveScript, sendScript } from './scripts/guards.js';
import { stopReceiversScript } from './scripts/receivers.js';
import type { SimulatedScript } from './scripts/types.js';
import { type CommandTable, notSimulated, type StreamingCommand } from './types.js';

/**
 * The simulated shell is no shell: it knows the scripts that adapters send by their very text, and
 * does what each of them means. Any other text is refused loudly.
 */
const scripts: ReadonlyMap<string, SimulatedScript> = new Map([
  [WRITE_SCRIPT, writeScript],
  [APPEND_SCRIPT, appendScript],
  [READ_BENEATH_SCRIPT, readBeneathScript],
  [ASK_SCRIPT, askScript],
  [CREATE_MAP_SCRIPT, createMapScript],
  [REMOVE_MAP_SCRIPT, removeMapScript],
  [LOCK_SCRIPT, lockScript],
  [FIND_TOOLS_SCRIPT, findToolsScript],
  [HOLDERS_SCRIPT, holdersScript],
  [FILE_HOLDERS_SCRIPT, fileHoldersScript],
  [NBD_DEVICES_SCRIPT, nbdDevicesScript],
  [READ_REGIONS_SCRIPT, readRegionsScript],
  [SEND_SCRIPT, sendScript],
  [RECEIVE_SCRIPT, receiveScript],
  [SEND_BLOCKS_SCRIPT, sendBlocksScript],
  [RECEIVE_BLOCKS_SCRIPT, receiveBlocksScript],
  [WRITE_START_SCRIPT, writeStartScript],
  [STOP_RECEIVERS_SCRIPT, stopReceiversScript],
  [HOLD_SCRIPT, holdScript],
  [RELEASE_SCRIPT, releaseScript],
  [TIMER_SCRIPT, timerScript],
  [STOP_TIMER_SCRIPT, stopTimerScript],
]);

const sh: StreamingCommand = async (machine, argv, streams) => {
  const [, option, text = '', name = 'sh', ...args] = argv;
  const script = option === '-c' ? scripts.get(text) : undefined;
  if (script === undefined) return notSimulated(argv);
  return script(machine, [name, ...args], streams);
};

/** Tools that become another one: the priority changes nothing here, sudo allows everything. */
const become: StreamingCommand = async (_machine, argv, streams) => {
  const rest = withoutOptions(argv.slice(1));
  const [tool, ...args] = rest;
  return tool === undefined ? notSimulated(argv) : streams.exec([tool, ...args]);
};

/** `-c 3`, `-n`, `--`: everything before the command that belongs to ionice or sudo. */
function withoutOptions(words: readonly string[]): readonly string[] {
  const start = words.findIndex((word) => !word.startsWith('-') && !/^\d+$/.test(word));
  return start === -1 ? [] : words.slice(start);
}

export const shellCommands: CommandTable = {
  sh: { kind: 'streaming', run: sh },
  ionice: { kind: 'streaming', run: become },
  sudo: { kind: 'streaming', run: become },
};
