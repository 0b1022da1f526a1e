import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CREATE_MAP_SCRIPT, REMOVE_MAP_SCRIPT } from './scripts.js';

const name = 'xen-backup-abcdefghij-1';
const uuid = 'XENBACKUP-abcdefghij-1';
const line = `${name}:${uuid}:253:7:0:L--w\n`;

/** A dmsetup that says what it is told to say, and writes down what it was asked. */
const stub = (info: string, failing: string): string => `#!/bin/sh
echo "$*" >>"\${0%/*}/asked"
case $1 in ${failing}) echo "device-mapper: $1 failed" >&2; exit 1 ;; esac
case $1 in create) cat >"\${0%/*}/table" ;; info) printf %s '${info}' ;; esac
`;

describe('the scripts that make and remove maps, in a real sh', () => {
  let folder = '';
  const read = (file: string): string => readFileSync(join(folder, file), 'utf8');
  const sh = (script: string, args: readonly string[], input = '', info = line, fails = '-') => {
    writeFileSync(join(folder, 'dmsetup'), stub(info, fails), { mode: 0o755 });
    const env = { PATH: `${folder}:/usr/bin:/bin` };
    const { status, stdout, stderr } = spawnSync('sh', ['-c', script, 'name', ...args], {
      encoding: 'utf8',
      env,
      input,
    });
    return { status, stdout, stderr };
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'xen-backup-dmsetup-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('hand the table to dmsetup and show the map', () => {
    const made = sh(CREATE_MAP_SCRIPT, [name, '--uuid', uuid, '--readonly'], '0 8 error\n');
    expect(made).toEqual({ status: 0, stdout: line, stderr: '' });
    expect(read('table')).toBe('0 8 error\n');
    expect(read('asked')).toMatch(`create ${name} --uuid ${uuid} --readonly\ninfo -c `);
  });

  it('show nothing of a map that could not be made', () => {
    const made = sh(CREATE_MAP_SCRIPT, [name, '--uuid', uuid], '', line, 'create');
    expect(made).toEqual({ status: 1, stdout: '', stderr: 'device-mapper: create failed\n' });
    expect(read('asked')).not.toContain('info');
  });

  it('remove a map that bears the stamp', () => {
    expect(sh(REMOVE_MAP_SCRIPT, [name, uuid])).toEqual({ status: 0, stdout: line, stderr: '' });
    expect(read('asked')).toContain(`remove --retry ${name}\n`);
  });

  it.each([
    ['another stamp', line.replace(':XEN', ':OTHER'), 68],
    ['a stamp that begins alike', line.replace(`${uuid}:`, `${uuid}0:`), 68],
    ['no answer at all', '', 68],
  ])('remove nothing for %s', (_, info, status) => {
    expect(sh(REMOVE_MAP_SCRIPT, [name, uuid], '', info)).toMatchObject({ status });
    expect(read('asked')).not.toContain('remove');
  });

  it('take no pattern for a stamp', () => {
    expect(sh(REMOVE_MAP_SCRIPT, [name, '*'])).toMatchObject({ status: 68 });
  });

  it.each(['info', 'remove'])('pass on what dmsetup %s says when it fails', (failing) => {
    const removed = sh(REMOVE_MAP_SCRIPT, [name, uuid], '', line, failing);
    expect(removed).toMatchObject({ status: 1, stderr: `device-mapper: ${failing} failed\n` });
    expect(removed.stdout).toBe(failing === 'info' ? '' : line);
  });
});
