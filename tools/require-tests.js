// Fails where vitest is content: a suite without tests, or tests skipped that this machine must run.
//   node tools/require-tests.js REPORT.json [NAME-PART...]
// Each NAME-PART names tests that may be skipped here. What was skipped is printed either way.
import { readFileSync } from 'node:fs';

const [report, ...mayBeSkipped] = process.argv.slice(2);
const { testResults } = JSON.parse(readFileSync(report, 'utf8'));
const tests = testResults.flatMap((file) => file.assertionResults);
const skipped = tests.filter((test) => test.status !== 'passed').map((test) => test.fullName);
const forbidden = skipped.filter((name) => !mayBeSkipped.some((part) => name.includes(part)));

console.log(`${tests.length - skipped.length} tests ran, ${skipped.length} did not`);
for (const name of skipped) {
  console.log(`  ${forbidden.includes(name) ? 'MUST RUN' : 'allowed '}  ${name}`);
}
if (tests.length === skipped.length) console.error('no test ran');
process.exitCode = forbidden.length > 0 || tests.length === skipped.length ? 1 : 0;
