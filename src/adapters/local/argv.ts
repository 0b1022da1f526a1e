import type { Argv } from '../../ports/index.js';
import { type Elevation, sudoPrefix } from '../shared/command-environment.js';

/** The vector that is executed for a command. */
export function elevatedArgv(argv: Argv, elevation: Elevation): Argv {
  return elevation === 'sudo' ? [...sudoPrefix, ...argv] : argv;
}

// ssh finds its agent and its files by these; everything else of the caller's is left behind.
const inherited = ['HOME', 'SSH_AUTH_SOCK'] as const;

/** The part of the caller's environment that commands keep. */
export function inheritedEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const kept = inherited.map((name) => [name, environment[name]] as const);
  return Object.fromEntries(
    kept.filter((entry): entry is readonly [(typeof inherited)[number], string] => {
      return entry[1] !== undefined;
    }),
  );
}
