import * as files from '../../../adapters/host-files/argv.js';
import { lockArgv } from '../../../adapters/locks/argv.js';
import { UDEV_RULE } from '../../../adapters/udev/scripts.js';
import { like, type Slot } from '../like.js';
import { all, any, keep, maybe, one, run, same } from '../pattern.js';
import { asked, forBoth, type GateRule } from '../rule.js';
import { samples, type Slots } from '../slots.js';

const runDirectory = '/run/xen-backup';
const locks = `${runDirectory}/locks`;
const rules = '/run/udev/rules.d';

/** Commands about our small files: journals, records, rules, locks, and a guest's fstab. */
export function fileRules(slots: Slots): readonly GateRule[] {
  const { count, runId, stateDirectory: state } = slots;
  const bytes: Slot = { sample: String(samples.number), pattern: count };
  const ofRun: Slot = { sample: samples.runId, pattern: runId };
  const journal = `${state}/journals/${samples.runId}.ndjson`;
  const record = `${state}/records/${samples.guest}.json`;
  const recordName: Slot = { sample: `${samples.guest}.json`, pattern: slots.guestFile('.json') };
  const rule = `${rules}/56-xen-backup-${samples.runId}.rules`;
  const runPath = `${runDirectory}/${samples.runId}`;
  const directories = [`${state}/journals`, `${state}/records`, locks, rules];
  return [
    ...readable(slots).map(({ name, path, slot }) =>
      asked(forBoth(`read ${name}`, like(files.readArgv(path, samples.number - 1), [slot, bytes]))),
    ),
    forBoth('write a journal', like(files.writeArgv(journal, samples.number), [ofRun, bytes])),
    forBoth('append to a journal', like(files.appendArgv(journal, samples.number), [ofRun, bytes])),
    forBoth('write a record', like(files.writeArgv(record, samples.number), [recordName, bytes])),
    // A rule of udev can name programs to run: it is never what was sent.
    forBoth('write the rule', like(files.writeArgv(rule, Buffer.byteLength(UDEV_RULE)), [ofRun]), {
      kind: 'fixed',
      text: UDEV_RULE,
    }),
    ...[...directories, runDirectory].map((path) =>
      asked(forBoth(`list ${path}`, like(files.listArgv(path)))),
    ),
    asked(forBoth('list the run’s directory', like(files.listArgv(runPath), [ofRun]))),
    ...directories.map((path) => forBoth(`make ${path}`, like(files.makeDirectoryArgv(path)))),
    forBoth(
      'make the directories of a run',
      like(files.makeDirectoryArgv(locks, rules, `${state}/journals`, `${state}/records`)),
    ),
    ...[journal, rule].map((path) =>
      forBoth(`remove ${path}`, like(files.removeFileArgv(path), [ofRun])),
    ),
    ...lockRules(slots),
  ];
}

function readable(slots: Slots): readonly { name: string; path: string; slot: Slot }[] {
  const ofRun: Slot = { sample: samples.runId, pattern: slots.runId };
  const { stateDirectory: state } = slots;
  const guestFile = (ending: string): Slot => ({
    sample: `${samples.guest}${ending}`,
    pattern: slots.guestFile(ending),
  });
  return [
    { name: 'a journal', path: `${state}/journals/${samples.runId}.ndjson`, slot: ofRun },
    { name: 'a record', path: `${state}/records/${samples.guest}.json`, slot: guestFile('.json') },
    { name: 'a run’s lock', path: `${locks}/run-${samples.runId}.lock`, slot: ofRun },
    { name: 'a lock', path: `${locks}/guest-${samples.guest}.lock`, slot: guestFile('.lock') },
  ];
}

function lockRules(slots: Slots): readonly GateRule[] {
  const owner = { runId: samples.runId, controller: 'samplenode', processId: 1, since: '2026' };
  const access = ',"access":"read-only"';
  const file: Slot = {
    sample: `${locks}/sample.lock`,
    pattern: all(
      `${locks}/`,
      any(all('run-', slots.runId, '.lock'), all('guest-', slots.guestFile('.lock'))),
    ),
    further: same('lock'),
  };
  const argv = lockArgv(file.sample, { ...owner, access: 'read-only' });
  const words: readonly Slot[] = [
    { ...file, pattern: keep('lock', file.pattern) },
    { sample: samples.runId, pattern: slots.runId },
    { sample: 'samplenode', pattern: run('A-Za-z0-9_.-', 1) },
    { sample: ':1,', pattern: all(':', slots.count, ',') },
    { sample: '"2026"', pattern: all('"', one('0-9'), run('0-9T:.Z-', 0), '"') },
    { sample: access, pattern: maybe(any(access, access.replace('only', 'write'))) },
  ];
  return [forBoth('lock', like(argv, words))];
}
