import { describe, expect, it } from 'vitest';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunEvent, RunEventBody } from '../../core/index.js';
import { createJsonLog } from './json-log.js';
import { createLogListener } from './log-listener.js';
import { levelsUpTo, type LogRecord } from './record.js';
import { startSyslog } from './syslog.js';
import { createTextLog } from './text-log.js';

function event(body: RunEventBody): RunEvent {
  return { v: 1, seq: 1, time: '2026-01-01T00:00:00.000Z', runId: 'k3f9x2m7qa', ...body };
}

function logged(...bodies: RunEventBody[]): LogRecord[] {
  const records: LogRecord[] = [];
  const listener = createLogListener({ write: (record) => records.push(record) });
  for (const body of bodies) listener(event(body));
  return records;
}

const failedTarget: RunEventBody = {
  type: 'target-finished',
  guest: 'dc1',
  host: 'dom0b',
  outcome: 'failed',
  reason: 'it is full',
  remedy: 'Make room.',
};

describe('the log', () => {
  it('says a problem once: where it was, what, and what to do', () => {
    const records = logged(failedTarget, {
      type: 'guest-finished',
      guest: 'dc1',
      outcome: 'failed',
      reason: 'dom0b: it is full',
      remedy: 'Make room.',
    });
    const problems = records.filter(({ level }) => level === 'error');
    expect(problems).toEqual([
      {
        level: 'error',
        message: 'dc1 on dom0b: it is full',
        remedy: 'Make room.',
        time: '2026-01-01T00:00:00.000Z',
        runId: 'k3f9x2m7qa',
        event: 'target-finished',
        guest: 'dc1',
        host: 'dom0b',
      },
    ]);
  });

  it('warns of a busy guest', () => {
    const reason = 'run x holds its lock';
    expect(logged({ type: 'guest-finished', guest: 'dc1', outcome: 'busy', reason })).toMatchObject(
      [{ level: 'warning', message: `dc1: ${reason}` }],
    );
  });
});

describe('text on stderr', () => {
  function text(prefix: 'none' | 'journal', ...records: LogRecord[]): string {
    let said = '';
    const sink = createTextLog({
      write: (more) => (said += more),
      colours: 'no-colours',
      levels: levelsUpTo('warning'),
      prefix,
      details: 'left-out',
    });
    for (const record of records) sink.write(record);
    return said;
  }

  it('has problems only', () => {
    const said = text('none', ...logged(failedTarget, { type: 'guest-skipped', reason: 'x' }));
    expect(said).toBe('error: dc1 on dom0b: it is full\n  Make room.\n');
  });

  it('has a priority before each line for the journal', () => {
    expect(text('journal', ...logged(failedTarget))).toBe(
      '<3>error: dc1 on dom0b: it is full\n<3>  Make room.\n',
    );
  });

  it('lets no control character of a tool through', () => {
    expect(text('none', { level: 'error', message: 'a\u001b]0;b' })).toBe('error: a\\x1b]0;b\n');
  });
});

describe('JSON on stderr', () => {
  it('is a line for each record, harmless to a terminal', () => {
    let said = '';
    const sink = createJsonLog({ write: (more) => (said += more), levels: levelsUpTo('info') });
    for (const record of logged(failedTarget)) sink.write(record);
    sink.write({ level: 'debug', message: 'not wanted' });
    sink.write({ level: 'info', message: 'a\u009b\u202e', time: 't' });
    expect(said).toBe(
      '{"level":"error","time":"2026-01-01T00:00:00.000Z","runId":"k3f9x2m7qa",' +
        '"event":"target-finished","remedy":"Make room.","guest":"dc1","host":"dom0b",' +
        '"msg":"dc1 on dom0b: it is full"}\n' +
        '{"level":"info","time":"t","msg":"a\\u009b\\u202e"}\n',
    );
  });
});

describe('syslog', () => {
  /** A program in logger's place: it writes down how it was called and what it was told. */
  function recorder() {
    const folder = mkdtempSync(join(tmpdir(), 'xen-backup-syslog-'));
    const program = join(folder, 'logger');
    writeFileSync(
      program,
      `#!/bin/sh\necho "$$ $*" >>"${folder}/calls"\ncat >>"${folder}/told"\n`,
      {
        mode: 0o755,
      },
    );
    const read = (name: string) =>
      existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8') : '';
    return {
      program,
      read,
      remove: () => {
        rmSync(folder, { recursive: true });
      },
    };
  }

  it('gets all lines through one process, with facility and severity, errors included', async () => {
    const { program, read, remove } = recorder();
    const failures: string[] = [];
    const syslog = startSyslog({
      facility: 'local3',
      levels: levelsUpTo('info'),
      onFailure: (reason) => failures.push(reason),
      program,
    });
    for (const record of logged(failedTarget)) syslog.write(record);
    syslog.write({ level: 'info', message: 'one\ntwo' });
    syslog.write({ level: 'debug', message: 'not wanted' });
    await syslog.close();
    expect(read('calls').trim().split('\n')).toEqual([
      expect.stringMatching(/^\d+ --prio-prefix --tag xen-backup -p local3\.info$/),
    ]);
    expect(read('told')).toBe(
      '<155>k3f9x2m7qa: dc1 on dom0b: it is full (Make room.)\n<158>one; two\n',
    );
    expect(failures).toEqual([]);
    remove();
  });

  it('is given up, with one word about it, where there is no logger', async () => {
    const failures: string[] = [];
    const syslog = startSyslog({
      facility: 'local3',
      levels: levelsUpTo('info'),
      onFailure: (reason) => failures.push(reason),
      program: '/nowhere/logger',
    });
    syslog.write({ level: 'error', message: 'a' });
    await syslog.close();
    syslog.write({ level: 'error', message: 'b' });
    expect(failures).toEqual([expect.stringContaining('/nowhere/logger could not be started')]);
  });
});
