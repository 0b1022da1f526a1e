import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { LabError } from '../fail.js';

/** The release whose Xen, libvirt and kernel are proven together under QEMU. */
export const release = 'bookworm';

/**
 * Writes the machine's own package sources of the release into `folder`, as files for mmdebstrap.
 * No mirror is named here: where this machine gets its packages, the hosts get theirs.
 */
export async function writeAptSources(folder: string): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const written: string[] = [];
  for (const file of await sourceFiles()) {
    const text = keepRelease(file, await readFile(file, 'utf8'));
    if (text === '') continue;
    const target = path.join(folder, path.basename(file));
    await writeFile(target, text);
    written.push(target);
  }
  if (written.length === 0) {
    throw new LabError(`this machine's apt has no sources of Debian ${release}`, {
      remedy: `add Debian ${release} (main, updates, security) to /etc/apt/sources.list.d`,
    });
  }
  return written;
}

async function sourceFiles(): Promise<string[]> {
  const parts = '/etc/apt/sources.list.d';
  const names = await readdir(parts).catch(() => []);
  const files = names.filter((name) => /\.(list|sources)$/.test(name)).sort();
  const main = '/etc/apt/sources.list';
  const hasMain = await readFile(main, 'utf8').then(
    () => true,
    () => false,
  );
  return [...(hasMain ? [main] : []), ...files.map((name) => path.join(parts, name))];
}

function keepRelease(file: string, text: string): string {
  return file.endsWith('.sources') ? keepStanzas(text) : keepLines(text);
}

/** Suites named after the release: `bookworm`, `bookworm-updates`, `bookworm-security`. */
const isOfRelease = (suite: string): boolean =>
  suite === release || suite.startsWith(`${release}-`);

function keepStanzas(text: string): string {
  const stanzas = text.split(/\n\s*\n/).filter((stanza) => {
    const suites = /^Suites:(.*)$/im.exec(stanza)?.[1]?.trim().split(/\s+/) ?? [];
    const isBinary = /^Types:.*\bdeb\b(?!-)/im.test(stanza);
    return isBinary && suites.length > 0 && suites.every(isOfRelease);
  });
  return stanzas.length === 0 ? '' : `${stanzas.join('\n\n')}\n`;
}

function keepLines(text: string): string {
  const lines = text.split('\n').filter((line) => {
    const suite = /^deb\s+(?:\[[^\]]*\]\s+)?\S+\s+(\S+)/.exec(line)?.[1];
    return suite !== undefined && isOfRelease(suite);
  });
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}
