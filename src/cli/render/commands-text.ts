import type { HostName } from '../../core/index.js';
import { quoteArgument, quoteCommand } from '../../adapters/shared/quote.js';
import type { TracedCommand } from '../../composition/command-trace.js';
import { type Line, styled } from '../text/index.js';

/**
 * Commands as lines for a POSIX shell, by host, in the order of starting. Our own scripts are long
 * and the same each time: they become variables, said once, so that each command is one line.
 */
export function commandLines(commands: readonly TracedCommand[]): readonly Line[] {
  const hosts = [...new Set(commands.map(({ host }) => host))];
  const scripts = scriptsOf(commands);
  const variables = [...scripts.values()].flatMap((script) => scriptLines(script));
  return [
    ...(variables.length === 0 ? [] : [heading('scripts used below'), ...variables]),
    ...hosts.flatMap((host) => hostLines(host, commands, scripts)),
  ];
}

/** One command for a shell, on one line unless an argument of it has several. */
export function shellText({ argv, stdin }: TracedCommand): string {
  return withInput(quoteCommand(argv), stdin);
}

interface NamedScript {
  readonly variable: string;
  readonly text: string;
}

function hostLines(
  host: HostName,
  commands: readonly TracedCommand[],
  scripts: ReadonlyMap<string, NamedScript>,
): readonly Line[] {
  const own = commands.filter((command) => command.host === host);
  return [
    '',
    heading(`on ${host}`),
    ...own.flatMap((command) => splitLines(shellLine(command, scripts))),
  ];
}

function shellLine(
  { argv, stdin }: TracedCommand,
  scripts: ReadonlyMap<string, NamedScript>,
): string {
  const script = scriptOf(argv);
  const named = script === undefined ? undefined : scripts.get(script);
  if (named === undefined) return withInput(quoteCommand(argv), stdin);
  const words = argv.map((word) =>
    word === named.text ? `"$${named.variable}"` : quoteArgument(word),
  );
  return withInput(words.join(' '), stdin);
}

/** Longer input is our own journal or a file of ours: `--format json` has it whole. */
const longInput = 200;

function withInput(command: string, stdin: string | undefined): string {
  if (stdin === undefined || stdin === '') return command;
  if (stdin.length > longInput) {
    return `${command}  # reads ${new TextEncoder().encode(stdin).length} bytes`;
  }
  if (!stdin.endsWith('\n')) return `printf %s ${quoteArgument(stdin)} | ${command}`;
  const lines = stdin.slice(0, -1).split('\n').map(quoteArgument);
  return `printf '%s\\n' ${lines.join(' ')} | ${command}`;
}

/** The script of `sh -c SCRIPT name …`, wherever in the vector it stands (flock runs one). */
function scriptOf(argv: readonly string[]): string | undefined {
  const index = argv.findIndex((word, at) => word === '-c' && argv[at - 1] === 'sh');
  const script = index === -1 ? undefined : argv[index + 1];
  return script?.includes('\n') === true ? script : undefined;
}

function scriptsOf(commands: readonly TracedCommand[]): ReadonlyMap<string, NamedScript> {
  const scripts = new Map<string, NamedScript>();
  for (const { argv } of commands) {
    const text = scriptOf(argv);
    if (text === undefined || scripts.has(text)) continue;
    // The word after the script is its name ($0).
    const name = argv[argv.indexOf(text) + 1] ?? 'script';
    scripts.set(text, { variable: variableName(name, scripts), text });
  }
  return scripts;
}

function variableName(name: string, scripts: ReadonlyMap<string, NamedScript>): string {
  const base = name.replaceAll(/[^A-Za-z0-9_]/g, '_');
  const taken = [...scripts.values()].some(({ variable }) => variable === base);
  return taken ? `${base}_${scripts.size}` : base;
}

function scriptLines({ variable, text }: NamedScript): readonly Line[] {
  return splitLines(`${variable}=${quoteArgument(text)}`);
}

/** Newlines are the only control characters that a shell text may have here. */
function splitLines(text: string): readonly Line[] {
  return text.split('\n');
}

function heading(text: string): Line {
  return [styled('bold', `# ${text}`)];
}
