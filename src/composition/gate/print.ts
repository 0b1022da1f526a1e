import { commandEnvironment, sudoPrefix } from '../../adapters/shared/command-environment.js';
import { quoteArgument } from '../../adapters/shared/quote.js';
import { refusedLine, startScript } from '../../adapters/ssh/remote-command.js';
import { startText } from './decide.js';
import type { GateGrammar } from './grammar.js';
import { inputScript } from './input.js';
import { type KnownText, knownTexts } from './line.js';
import type { GateInput, GateRule } from './rule.js';
import { ShellPatterns } from './shell.js';

/**
 * The grammar as a filter of its own, for hosts without Node: POSIX shell, nothing but builtins
 * until a command is let through or refused. Decides as `decide` does.
 *
 * @param about - lines for its head: who made it, from what
 */
export function printGate(grammar: GateGrammar, about: readonly string[]): string {
  const shell = new ShellPatterns();
  const named = inputs(grammar);
  const control = rulesFunction('control_rules', grammar.control, { shell, named });
  const data = rulesFunction('data_rules', grammar.data, { shell, named });
  return [
    '#!/bin/sh',
    ...about.map((line) => `# ${line}`),
    settings,
    `start=${quoteArgument(startText)}`,
    `script=${quoteArgument(startScript)}`,
    ...[...new Set(named.values())].map(({ name, script }) => `${name}=${quoteArgument(script)}`),
    shell.definitions(),
    control,
    data,
    symbolise(),
    judge,
    refuse,
    main,
  ].join('\n');
}

const settings = `
LC_ALL=C PATH=${commandEnvironment.PATH}
export LC_ALL PATH
unset ENV BASH_ENV CDPATH
IFS=' '
newline='
'
tab='\t'
bare='A-Za-z0-9_/.,:@+=-'`;

/** What rules are written with. */
interface Parts {
  readonly shell: ShellPatterns;
  readonly named: ReadonlyMap<GateInput, NamedInput>;
}

interface NamedInput {
  readonly name: string;
  readonly script: string;
}

/** What gives commands their input: one for each that there is, whoever needs it. */
function inputs({ control }: GateGrammar): ReadonlyMap<GateInput, NamedInput> {
  const byText = new Map<string, NamedInput>();
  const named = new Map<GateInput, NamedInput>();
  for (const { input } of control) {
    if (input === undefined) continue;
    const script = inputScript(input);
    const known = byText.get(script) ?? { name: `input_${String(byText.size + 1)}`, script };
    byText.set(script, known);
    named.set(input, known);
  }
  return named;
}

function rulesFunction(name: string, rules: readonly GateRule[], { shell, named }: Parts): string {
  const tries = rules.map(({ name: rule, pattern, input }) => {
    const given = input === undefined ? undefined : named.get(input)?.name;
    const found = [
      `rule=${quoteArgument(rule)}`,
      ...(given === undefined ? [] : [`input=$${given}`]),
    ];
    return `  rest=$line; ${shell.command(pattern)} && [ -z "$rest" ] && ${found.join(' ')} && return`;
  });
  return `${name}() {\n${tries.join('\n')}\n  return 1\n}`;
}

/** Replaces one of our scripts in $word by its symbol. */
function symbolise(): string {
  const cases = knownTexts.map(({ symbol, text, tail }: KnownText) => {
    const known = quoteArgument(text);
    const name = `"$tab"${symbol.slice(1)}`;
    return tail === 'none'
      ? `    ${known}) symbol=${name} word= ;;`
      : `    ${known}*) symbol=${name} word=\${word#${known}} ;;`;
  });
  return `symbolise() {
  symbol=
  case $word in
${cases.join('\n')}
  esac
  case $word in *[[:cntrl:]]*) return 1 ;; esac
  line=$line$symbol$word$newline
}`;
}

// The words of $1 as our quoting writes them, and what they match. Fails, or does as $mode says.
const judge = `
judge() {
  rest=$1 origin=other line= rule= input=
  case $rest in "$start"*) origin=control rest=\${rest#"$start"} ;; esac
  set --
  while :; do
    word= pieces=
    while :; do
      case $rest in
        [$bare]*)
          piece=\${rest%%[!$bare]*}
          rest=\${rest#"$piece"} ;;
        "\\\\'"*)
          piece="'"
          rest=\${rest#??} ;;
        "'"*"'"*)
          rest=\${rest#?}
          piece=\${rest%%"'"*}
          rest=\${rest#*"'"} ;;
        *) break ;;
      esac
      word=$word$piece pieces=some
    done
    [ -n "$pieces" ] || return 1
    set -- "$@" "$word"
    symbolise || return 1
    case $rest in
      '') break ;;
      ' '?*) rest=\${rest#?} ;;
      *) return 1 ;;
    esac
  done
  if [ "$origin" = control ]; then
    tool=\${line%%"$newline"*}
    line=\${line#*"$newline"}
  fi
  sudo=${quoteArgument(sudoPrefix.map((word) => `${word}\n`).join(''))}
  line=\${line#"$sudo"}
  if [ "$origin" = control ]; then
    case $line in "$tool$newline"*) control_rules ;; *) false ;; esac
  else
    data_rules
  fi || return 1
  [ "$mode" = run ] || return 0
  [ "$origin" = control ] || exec "$@"
  [ -n "$input" ] || exec sh -c "$script" xen-backup "$@"
  shift
  exec sh -c "$script" xen-backup "$tool" sh -c "$input" xen-backup-input "$@"
}`;

const refuse = `
refuse() {
  said=\${1#"$start"}
  said=$(printf %s "$said" | tr -c ' -~' '?' | cut -c 1-300)
  # Whoever sent it with our start script waits for its first line.
  [ "$origin" = control ] && echo '${refusedLine}'
  echo "xen-backup-gate: refused: \${said:-no command}" >&2
  logger -p auth.warning -t xen-backup-gate -- \\
    "refused, from \${SSH_CONNECTION%% *}: \${said:-no command}" 2>/dev/null
  exit 126
}`;

// "check" says what would become of a command, and runs nothing.
const main = `
main() {
  mode=run
  [ "$1" = check ] && mode=check
  judge "$SSH_ORIGINAL_COMMAND" || refuse "$SSH_ORIGINAL_COMMAND"
  echo "xen-backup-gate: allowed: $rule"
}

main "$@"
`;
