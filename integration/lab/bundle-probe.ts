import { build } from 'esbuild';
import path from 'node:path';
import { LabError } from './fail.js';

/** A probe as one self-contained program: it runs on a host that has nothing but `node`. */
export async function bundleProbe(name: string): Promise<string> {
  const result = await build({
    entryPoints: [path.join(import.meta.dirname, 'probes', `${name}.ts`)],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    logLevel: 'silent',
  });
  const [file] = result.outputFiles;
  if (file === undefined) throw new LabError(`the probe ${name} cannot be bundled`);
  return file.text;
}
