// The public API as committed reports: etc/*.api.md. Without --update a difference is an error.
import { mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { createRequire } from 'node:module';
import { Extractor, ExtractorConfig } from '@microsoft/api-extractor';

const update = process.argv.includes('--update');
const typescript = dirname(createRequire(import.meta.url).resolve('typescript/package.json'));
const entries = [
  { report: 'xen-backup', types: 'dist/src/index.d.ts' },
  { report: 'simulation', types: 'dist/fakes/index.d.ts' },
];
mkdirSync('etc', { recursive: true });
const results = entries.map(extract);
process.exitCode = results.every((ok) => ok) ? 0 : 1;

function extract({ report, types }) {
  const config = ExtractorConfig.prepare({
    configObject: {
      projectFolder: process.cwd(),
      mainEntryPointFilePath: resolve(types),
      newlineKind: 'lf',
      compiler: { tsconfigFilePath: resolve('tsconfig.build.json') },
      apiReport: {
        enabled: true,
        reportFileName: report,
        reportFolder: resolve('etc'),
        reportTempFolder: resolve('temp'),
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        extractorMessageReporting: {
          default: { logLevel: 'error' },
          // Everything that an entry point exports is public; @internal marks the rest.
          'ae-missing-release-tag': { logLevel: 'none' },
          // In the report, so that review sees the gap.
          'ae-undocumented': { logLevel: 'none', addToApiReportFile: true },
          'ae-forgotten-export': { logLevel: 'none', addToApiReportFile: true },
          'ae-unresolved-link': { logLevel: 'none' },
        },
        tsdocMessageReporting: { default: { logLevel: 'none' } },
      },
    },
    configObjectFullPath: undefined,
    packageJsonFullPath: resolve('package.json'),
  });
  const { succeeded, apiReportChanged } = Extractor.invoke(config, {
    localBuild: update,
    typescriptCompilerFolder: typescript,
    messageCallback: quiet,
  });
  const file = join('etc', `${report}.api.md`);
  if (apiReportChanged) {
    console.log(
      update ? `${file}: updated` : `${file} is out of date: npm run api, then review it`,
    );
  }
  return succeeded;
}

/** What the tool says about itself is no news. */
function quiet(message) {
  if (message.logLevel !== 'error' && message.logLevel !== 'warning') message.handled = true;
  if (message.messageId === 'console-compiler-version-notice') message.handled = true;
  if (message.messageId?.startsWith('console-api-report')) message.handled = true;
}
