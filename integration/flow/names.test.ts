import { describe, expect, it } from 'vitest';
import { scenario, Stage } from './stage.js';

const threeHosts = scenario('three-hosts');

/** The article's guest under another name, on a volume of another name. */
function named(guest: string, group = 'VolGroupXX', volume = 'LogVolDc1'): string {
  return threeHosts
    .replaceAll(/^( +)dc1:/gm, (_, indent: string) => `${indent}${JSON.stringify(guest)}:`)
    .replaceAll('LogVolDc1', () => volume)
    .replaceAll('VolGroupXX', () => group);
}

const long = 'x'.repeat(127);

describe('failure case 16: names that a careless tool takes for something else', () => {
  it.each([
    ['-rf', 'VolGroupXX', 'web-01.disk2'],
    ['--all', 'vg--a', 'a--b-'],
    [long, 'LogVolDomU1', 'LogVolDomU1'],
    ['two  words', 'Vol.Group-1', 'snap'],
    ['running', 'vg1p1', 'p1'],
    ['..', 'vg', `l${'-'.repeat(45)}1`],
    ['web#1%', 'mapper', 'control'],
    ['it\'s; $(id) `id` \\ "x"', 'vg+x_y', '_x+.y'],
    ['日本語ゲスト', 'a.b', '0'],
  ])('replicates guest %j on %s/%s, and nothing else', async (guest, group, volume) => {
    const stage = await Stage.open(named(guest, group, volume));
    const { exitCode, guests } = await stage.run(guest);
    expect(guests.map((one) => [one.guest, one.outcome])).toEqual([[guest, 'done']]);
    expect(exitCode).toBe(0);
    expect(stage.differences(guest, 'dom0a', 'dom0b')).toEqual([]);
    expect(stage.differences(guest, 'dom0a', 'dom0c')).toEqual([]);
    expect(stage.simulation.violations).toEqual([]);
    expect(await stage.left()).toEqual([]);
  });

  it.each([
    ['7', 'virsh would take it for the number of a domain; rename the guest'],
    ['+07', 'virsh would take it for the number of a domain; rename the guest'],
    ['a00964fc-5fbe-4949-9121-d8bc9dab6666', 'virsh would take it for a UUID; rename the guest'],
    ['a/../b', 'libvirt allows no slash in a name'],
    [' web', 'blanks around the name'],
  ])('refuses guest %j already in the configuration: %s', async (guest, reason) => {
    await expect(Stage.open(named(guest))).rejects.toThrow(reason);
  });
});
