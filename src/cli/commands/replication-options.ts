import { type Command, InvalidArgumentError } from 'commander';
import type { RunOptions } from '../../app/use-cases/run.js';
import type { Configuration } from '../../core/index.js';
import { requireKnownNames } from '../names.js';

/** Which guests go where, as commander gives it: the same for `run` and `plan`. */
export interface ReplicationWords {
  readonly target?: readonly string[];
  readonly from?: string;
  readonly jobs?: number;
}

/** Adds guests and the options that choose what is replicated. */
export function addReplicationOptions(command: Command): Command {
  return command
    .argument('[guest...]', 'guests of the configuration (default: all)')
    .option('--target <host...>', 'only to these hosts (default: all other hosts of each guest)')
    .option('--from <host>', 'source of guests that are shut off everywhere')
    .option('--jobs <n>', 'guests at work at once (default: 1)', parseJobs);
}

/**
 * What the words mean for a configuration.
 *
 * @throws `guest-unknown`, `usage-invalid` for names that are not configured.
 */
export function replicationOptions(
  configuration: Configuration,
  guests: readonly string[],
  { target, from, jobs }: ReplicationWords,
): Omit<RunOptions, 'mode'> {
  const hosts = [...(target ?? []), ...(from === undefined ? [] : [from])];
  requireKnownNames(configuration, { guests, hosts });
  return {
    guests,
    ...(target === undefined ? {} : { targets: target }),
    ...(from === undefined ? {} : { from }),
    ...(jobs === undefined ? {} : { jobs }),
  };
}

function parseJobs(text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It is a whole number from 1 to 9999.');
}
