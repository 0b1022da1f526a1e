import { type CommandOutcome, failed } from '../commands/types.js';
import { ProcessKilled } from '../runner/processes.js';
import { lastWords, places } from './complaints.js';
import type { Connection } from './connect.js';
import { FatalCopyError } from './update-context.js';

/**
 * Lets a sender work, and tells the other side how it ended.
 *
 * @param errors - what was complained of so far.
 */
export async function runSession(
  connection: Connection | undefined,
  errors: readonly string[],
  work: () => Promise<CommandOutcome>,
): Promise<CommandOutcome> {
  try {
    const outcome = await work();
    connection?.session.end(outcome.exitCode === 0 ? 'done' : 'failed');
    return outcome;
  } catch (error) {
    if (error instanceof FatalCopyError) {
      connection?.session.end('failed');
      return failed(error.exitCode, errors.join('') + error.stderr);
    }
    connection?.session.end('sender-gone');
    if (error instanceof ProcessKilled && error.signal !== 'KILL') return terminated();
    throw error;
  } finally {
    connection?.hangUp();
  }
}

function terminated(): CommandOutcome {
  const sender = lastWords(20, places.signal, 'sender');
  return failed(20, `\n${sender}${lastWords(19, places.usr1, 'generator')}`);
}
