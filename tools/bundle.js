// Builds dist/xen-backup.cjs: one executable file that needs Node and nothing else.
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const entry = 'src/cli/main.ts';
const outfile = 'dist/xen-backup.cjs';
const { version, engines } = JSON.parse(readFileSync('package.json', 'utf8'));

// ssh2 tries native crypto and CPU detection inside try/catch and works without both.
const withoutNativeCode = {
  name: 'without-native-code',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\.node$|^cpu-features$/ }, ({ path }) => ({ path, namespace: 'native' }));
    onLoad({ filter: /.*/, namespace: 'native' }, ({ path }) => ({
      contents: `throw new Error(${JSON.stringify(`${path} is not part of the bundle`)});`,
      loader: 'js',
    }));
  },
};

const hashbang = readFileSync(entry, 'utf8').startsWith('#!') ? '' : '#!/usr/bin/env node\n';
const { metafile, warnings } = await build({
  entryPoints: [entry],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: `node${engines.node.replace(/^>=/, '')}`,
  // ES modules ask import.meta.url where they are; CommonJS has no such thing.
  define: { 'import.meta.url': 'bundleUrl' },
  banner: {
    js: `${hashbang}'use strict';\nconst bundleUrl = require('node:url').pathToFileURL(__filename).href;`,
  },
  plugins: [withoutNativeCode],
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
});
if (warnings.length > 0) throw new Error('esbuild warned: the bundle may miss something');
chmodSync(outfile, 0o755);
writeFileSync(`${outfile}.LICENSES.txt`, licences(Object.keys(metafile.inputs)));
const bytes = Object.values(metafile.outputs)[0].bytes;
console.log(`${outfile}  ${version}  ${(bytes / 1e6).toFixed(1)} MB`);

/** The notices that the licences of the bundled packages ask to be kept. */
function licences(inputs) {
  const folders = new Set(
    inputs.flatMap((path) => path.match(/^.*node_modules\/(@[^/]+\/)?[^/]+/)?.[0] ?? []),
  );
  return [...folders].sort().map(notice).join('\n');
}

function notice(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = ['LICENSE', 'LICENSE.md', 'LICENSE.txt', 'license', 'LICENCE', 'license.md'].find(
    (candidate) => existsSync(join(folder, candidate)),
  );
  const text = file === undefined ? '' : readFileSync(join(folder, file), 'utf8').trim();
  return `${name} ${version} (${license})\n${'-'.repeat(60)}\n${text}\n`;
}
