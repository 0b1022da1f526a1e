import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { HostFiles } from '../../ports/index.js';
import { codeOf } from '../shared/recordings.contract.js';
import { ReplayRunner } from '../shared/replay.contract.js';
import { propertiesArgv, reloadArgv, settleArgv } from './argv.js';
import { createDeviceEvents } from './index.js';
import { UDEV_RULE } from './scripts.js';

const path = '/run/udev/rules.d/56-xen-backup-abcdefghij.rules';

function setUp() {
  const runner = new ReplayRunner();
  const done: string[] = [];
  const written = new Map<string, string>();
  const unused = () => Promise.reject(new Error('not used by this adapter'));
  const files: HostFiles = {
    readText: unused,
    appendDurably: unused,
    list: unused,
    removeDirectory: unused,
    readTextBeneath: unused,
    makeDirectory: unused,
    ensureDirectory: async (directory) => {
      done.push(`mkdir ${directory}`);
    },
    writeTextAtomically: async (file, text) => {
      // udev must not read its rules before this one is there.
      expect(runner.lines).toEqual([]);
      done.push(`write ${file}`);
      written.set(file, text);
    },
    removeFile: async (file) => {
      done.push(`remove ${file}`);
    },
  };
  const events = createDeviceEvents({ runner, files, hostName: 'dom0a', settleTimeoutSeconds: 20 });
  return { runner, done, written, events };
}

describe('the udev adapter', () => {
  it('writes the rule before it makes udev read it', async () => {
    const { runner, done, written, events } = setUp();
    runner.on(/^udevadm control --reload$/);
    await events.installRule(path);
    expect(done).toEqual(['mkdir /run/udev/rules.d', `write ${path}`]);
    expect(written.get(path)).toBe(UDEV_RULE);
    expect(runner.lines).toEqual(['udevadm control --reload']);
  });

  const map = '/dev/mapper/xen-backup-abcdefghij-0';
  const followed = 'DEVPATH=/x\nDM_NOSCAN=1\nDM_UDEV_DISABLE_OTHER_RULES_FLAG=1\nSYSTEMD_READY=0\n';

  it('believes in a rule only when udev says of a map of ours what the rule sets', async () => {
    const recorded = JSON.parse(
      readFileSync('integration/lab/recorded-raw/udev/info-partition-with-rule.json', 'utf8'),
    ) as { stdout: string };
    for (const stdout of [followed, recorded.stdout]) {
      const { runner, events } = setUp();
      runner.on(/^udevadm info/, { stdout });
      expect(await events.isLeftAlone(map)).toBe(true);
      expect(runner.lines).toEqual([`udevadm info --query property ${map}`]);
    }
  });

  it.each([
    followed.replace('DM_NOSCAN=1\n', ''),
    followed.replace('FLAG=1', 'FLAG=0'),
    followed.replace('READY=0', 'READY=1'),
  ])('does not believe in it when udev says %j', async (stdout) => {
    const { runner, events } = setUp();
    runner.on(/^udevadm info/, { stdout });
    expect(await events.isLeftAlone(map)).toBe(false);
  });

  it.each([
    [{ exitCode: 1, stderr: `Unknown device "${map}": No such device\n` }, 'device-not-found'],
    [{ exitCode: 1, stderr: 'something else\n' }, 'command-failed'],
    [{ stdout: '' }, 'output-unexpected'],
    [{ stdout: 'DEVPATH=/x' }, 'output-unexpected'],
    [{ stdout: 'no property\n' }, 'output-unexpected'],
    [{ stdout: 'A=1\nA=2\n' }, 'output-unexpected'],
  ])('does not guess from %j', async (answer, code) => {
    const { runner, events } = setUp();
    runner.on(/^udevadm info/, answer);
    await expect(events.isLeftAlone(map)).rejects.toMatchObject({ code });
    expect(() => propertiesArgv('name')).toThrow();
  });

  it('removes the rule and makes udev forget it', async () => {
    const { runner, done, events } = setUp();
    runner.on(/^udevadm control --reload$/);
    await events.removeRule(path);
    expect(done).toEqual([`remove ${path}`]);
    expect(runner.lines).toHaveLength(1);
  });

  it('does not claim a rule that udev did not read', async () => {
    const { runner, events } = setUp();
    runner.on(/^udevadm/, {
      exitCode: 1,
      stderr: 'Failed to send reload request: No such file or directory\n',
    });
    await expect(events.installRule(path)).rejects.toMatchObject({ code: 'command-failed' });
  });

  it('waits for udev as long as it was told', async () => {
    const { runner, events } = setUp();
    runner.on(/^udevadm settle --timeout=20$/);
    await events.settle();
    expect(runner.commands[0]?.timeoutMs).toBe(50_000);
  });

  it.each(['', 'Timed out for waiting the udev queue being empty.\n'])(
    'knows that the time is over by %j',
    async (stderr) => {
      const { runner, events } = setUp();
      runner.on(/^udevadm/, { exitCode: 1, stderr });
      await expect(events.settle()).rejects.toMatchObject({ code: 'command-timed-out' });
    },
  );

  it('tells any other failure of settle from time', async () => {
    const { runner, events } = setUp();
    runner.on(/^udevadm/, { exitCode: 1, stderr: 'Failed to connect to udevd\n' });
    await expect(events.settle()).rejects.toMatchObject({ code: 'command-failed' });
  });
});

describe('the udev rule', () => {
  it('is one match on our names with the four settings that were proven', () => {
    const lines = UDEV_RULE.split('\n').filter((line) => line.startsWith('ENV{DM_NAME}'));
    expect(lines).toEqual([
      'ENV{DM_NAME}=="xen-backup-*|*-xen--backup--*", ENV{DM_NOSCAN}="1", ' +
        'ENV{DM_UDEV_DISABLE_OTHER_RULES_FLAG}="1", ENV{SYSTEMD_READY}="0", OPTIONS+="nowatch"',
    ]);
  });

  it('has command lines that name whole seconds', () => {
    expect(reloadArgv()).toEqual(['udevadm', 'control', '--reload']);
    expect(settleArgv(60)).toEqual(['udevadm', 'settle', '--timeout=60']);
    for (const seconds of [0, -1, 1.5, Number.NaN]) {
      expect(codeOf(() => settleArgv(seconds))).toBe('internal');
    }
  });
});
