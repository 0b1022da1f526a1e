import type { Machine } from '../../world/state.js';
import type { CommandOutcome, CommandStreams } from '../types.js';

/** A script's positional parameters: `$0` is its name. */
export type ScriptArguments = readonly [name: string, ...args: string[]];

/** What a script of ours does, run by the simulated shell. */
export type SimulatedScript = (
  machine: Machine,
  args: ScriptArguments,
  streams: CommandStreams,
) => Promise<CommandOutcome>;
