import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { paths } from '../paths.js';
import { say, timed } from '../say.js';

export interface BuildStep {
  readonly name: string;
  /** Files of this folder whose text decides what the step makes. */
  readonly sources: readonly string[];
  /** What else decides: the values that the flavour gives to the step. */
  readonly given?: readonly string[];
  /** Fingerprints of the steps whose results this one uses. */
  readonly after?: readonly string[];
  readonly work: () => Promise<void>;
}

const labFolder = path.resolve(import.meta.dirname, '..');

/**
 * Does the step unless it was done before with the same sources; returns its fingerprint.
 * The stamp is taken away first, so that an interrupted step is done again.
 */
export async function buildOnce(step: BuildStep): Promise<string> {
  const fingerprint = await fingerprintOf(step);
  const stamp = path.join(paths.stamps, step.name);
  if ((await readIfThere(stamp)) === fingerprint) {
    say(`${step.name}: already there`);
    return fingerprint;
  }
  await rm(stamp, { force: true });
  await timed(step.name, step.work);
  await mkdir(paths.stamps, { recursive: true });
  await writeFile(stamp, fingerprint);
  return fingerprint;
}

async function fingerprintOf(step: BuildStep): Promise<string> {
  const hash = createHash('sha256').update(step.name);
  for (const source of [...step.sources].sort()) {
    hash.update(`\0${source}\0`).update(await readFile(path.join(labFolder, source)));
  }
  for (const value of step.given ?? []) hash.update(`\0given ${value}`);
  for (const earlier of step.after ?? []) hash.update(`\0${earlier}`);
  return hash.digest('hex');
}

/** Lets a step be done again: what it made is gone. */
export async function forget(name: string): Promise<void> {
  await rm(path.join(paths.stamps, name), { force: true });
}

/** What the last finished build of a step was made of, or nothing. */
export async function stampOf(name: string): Promise<string | undefined> {
  return await readIfThere(path.join(paths.stamps, name));
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    return undefined;
  }
}
