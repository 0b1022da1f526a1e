import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { UDEV_RULE } from '../../adapters/udev/scripts.js';
import { gateGrammar } from './grammar.js';
import { inputScript } from './input.js';

function scriptOf(rule: string): string {
  const limits = { volumeGroups: ['vg-a'], disks: ['/srv/web.img'] };
  const input = gateGrammar(limits).control.find(({ name }) => name === rule)?.input;
  if (input === undefined) throw new Error(`no input for ${rule}`);
  return inputScript(input);
}

/** What `cat` gets to read. */
function given(rule: string, input: string) {
  const argv = ['-c', scriptOf(rule), 'xen-backup-input', 'cat'];
  const { status, stdout, stderr } = spawnSync('sh', argv, { input, encoding: 'utf8' });
  return { status, stdout, stderr };
}

const owned = '/dev/mapper/xen-backup-abcdefghij-2p1';

describe('what a command may read', () => {
  it('is our udev rule, whatever was sent for one', () => {
    expect(given('write the rule', 'RUN+="/bin/sh -c id"\n').stdout).toBe(UDEV_RULE);
    expect(given('write the rule', '').stdout).toBe(UDEV_RULE);
  });

  it('is nothing where an image is to be shown, whatever was sent', () => {
    for (const sent of ['', 'x\n']) {
      expect(given('make a place for an image', sent)).toEqual({
        status: 0,
        stdout: '',
        stderr: '',
      });
    }
  });

  it.each([
    `0 2097152 linear /dev/vg-a/web 0\n`,
    `0 2097152 linear /dev/mapper/vg--a-web--1 0\n`,
    `0 8 linear ${owned} 2048\n8 8 linear ${owned} 4096\n`,
    `0 16 striped 2 8 ${owned} 0 ${owned} 2048\n`,
    '0 8 error\n',
  ])('is a table of the host’s volumes and of our maps: %j', (table) => {
    expect(given('dmsetup create read-write', table)).toEqual({
      status: 0,
      stdout: table,
      stderr: '',
    });
  });

  it.each([
    '',
    '0 8 error /dev/sda\n',
    '0 8 linear /dev/sda 0\n',
    '0 8 linear /dev/vg-b/web 0\n',
    '0 8 linear /dev/mapper/vg--a--b-web 0\n',
    '0 8 linear /dev/mapper/../sda 0\n',
    '0 8 linear /dev/vg-a/../sda 0\n',
    `0 8 linear ${owned} 0 x\n`,
    `0 8 linear ${owned} 0\n0 8 linear /dev/sda 0\n`,
    `0 8 linear ${owned} 0`,
    `0 8 linear ${owned} 0\n$(id)\n`,
  ])('is no other table: %j', (table) => {
    const { status, stdout, stderr } = given('dmsetup create read-write', table);
    expect({ status, stdout }).toEqual({ status: 126, stdout: '' });
    expect(stderr).toContain('refused');
  });
});
