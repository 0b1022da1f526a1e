import { LabError } from './fail.js';
import { flavourVariable } from './flavours/flavour.js';

/**
 * `--flavour NAME` comes before everything else: it decides about folders and ports, which are
 * fixed as soon as the rest of the lab is loaded.
 */
function takeFlavour(words: readonly string[]): readonly string[] {
  const [first, name = '', ...rest] = words;
  if (first !== '--flavour') return words;
  process.env[flavourVariable] = name;
  return rest;
}

try {
  const words = takeFlavour(process.argv.slice(2));
  const { runCommand } = await import('./commands.js');
  process.exitCode = await runCommand(words);
} catch (error) {
  if (!(error instanceof LabError)) throw error;
  console.error(`lab: ${error.message}`);
  if (error.remedy !== undefined) console.error(`lab: ${error.remedy}`);
  process.exitCode = 1;
}
