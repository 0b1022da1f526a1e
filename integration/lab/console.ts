import { LabError } from './fail.js';
import { flavour } from './flavours/chosen.js';
import type { LabHost } from './host.js';
import { waitFor } from './wait.js';

const patient = (timeoutMs: number): number => timeoutMs * flavour.guestPatience;

/** How much of the guest's console there is by now: what comes later is new. */
export async function consoleLength(host: LabHost, guest: string): Promise<number> {
  const size = await host.exec(['stat', '-c', '%s', flavour.consoleLog(guest)]);
  return Number(size.stdout.trim() || '0');
}

/** The guest's console from `offset` on, once it shows `text`. */
async function waitForConsole(
  host: LabHost,
  guest: string,
  wanted: { readonly text: string; readonly offset: number; readonly timeoutMs: number },
): Promise<string> {
  return await waitFor(
    `"${wanted.text}" on the console of ${guest} on ${host.name}`,
    async () => {
      const log = await host.exec([
        'tail',
        '-c',
        `+${wanted.offset + 1}`,
        flavour.consoleLog(guest),
      ]);
      return log.stdout.includes(wanted.text) ? log.stdout : undefined;
    },
    { timeoutMs: wanted.timeoutMs, everyMs: 1000 },
  );
}

export async function waitForLogin(host: LabHost, guest: string, offset: number): Promise<string> {
  const text = `${guest} login:`;
  return await waitForConsole(host, guest, { text, offset, timeoutMs: patient(300_000) });
}

/**
 * Runs a shell command inside a running guest, through its console, as root, and gives what it
 * printed. For asking a guest what it sees; the command must not read its input.
 */
export async function runInGuest(host: LabHost, guest: string, script: string): Promise<string> {
  const offset = await consoleLength(host, guest);
  const tty = (await host.must(['virsh', 'ttyconsole', guest])).trim();
  const type = async (line: string): Promise<void> => {
    const script = '{ cat; sleep "$2"; } > "$1"';
    await host.must(['sh', '-c', script, 'type', tty, `${flavour.consoleOpenSeconds}`], {
      stdin: `${line}\r`,
    });
  };
  // An empty line shows where we are: at a shell from an earlier command, or at the login prompt.
  await type('');
  const prompt = await waitFor(
    `a prompt of ${guest}`,
    async () => {
      const text = await waitForConsole(host, guest, { text: '', offset, timeoutMs: 1000 });
      // The kernel may print its own lines behind a prompt, so the last one counts, wherever it is.
      return [...text.matchAll(/login: |# /g)].at(-1)?.[0];
    },
    { timeoutMs: patient(60_000) },
  );
  if (prompt === 'login: ') {
    const before = await consoleLength(host, guest);
    await type('root');
    await waitForConsole(host, guest, { text: '# ', offset: before, timeoutMs: patient(60_000) });
  }
  const before = await consoleLength(host, guest);
  // The quotes keep the marks out of the echo of this very line.
  await type(`echo lab''-begin; ${script}; echo lab''-end $?`);
  const output = await waitForConsole(host, guest, {
    text: 'lab-end ',
    offset: before,
    timeoutMs: patient(120_000),
  });
  const found = /lab-begin\r?\n([\s\S]*?)lab-end (\d+)/.exec(output);
  if (found?.[2] !== '0') {
    throw new LabError(`${guest}: ${script}: exit ${found?.[2] ?? 'unknown'}\n${output}`);
  }
  return (found[1] ?? '').replaceAll('\r', '');
}
