import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { CheckReport, Finding } from '../../src/core/index.js';
import { CommandLine, threeHosts } from './harness.js';

async function checkWith(scenario: string): Promise<CheckReport & { readonly printed: number }> {
  const line = new CommandLine({ files: { 'scenario.yaml': scenario } });
  const { exitCode, stdout } = await line.run('--simulate', 'scenario.yaml', 'check', '--json');
  const report = JSON.parse(stdout) as CheckReport;
  return { ...report, printed: exitCode };
}

/** Problems as `LEVEL subject host`. */
function problems({ findings }: CheckReport): readonly string[] {
  return findings
    .filter(({ level }) => level !== 'OK')
    .map(({ level, subject, host }) => `${level} ${subject} ${host ?? '-'}`);
}

function remedies({ findings }: CheckReport): readonly string[] {
  return findings.flatMap((finding: Finding) => (finding.level === 'OK' ? [] : [finding.remedy]));
}

describe('check', () => {
  it('finds nothing wrong with the shipped scenario, and ends with 0', async () => {
    const report = await checkWith(threeHosts);
    expect(problems(report)).toEqual([]);
    expect(report.printed).toBe(0);
    expect(report.findings.map(({ subject }) => subject)).toContain('data-path');
  });

  it('names a tool that is missing and the package that brings it', async () => {
    const report = await checkWith(
      threeHosts.replace('    like: dom0a\n', '    like: dom0a\n    tools: { kpartx: null }\n'),
    );
    expect(problems(report)[0]).toBe('FAIL tools dom0b');
    expect(remedies(report)[0]).toContain('apt-get install kpartx');
    expect(report.printed).toBe(4);
  });

  it('names the host whose rsync is too old for what goes by blocks, and what to do', async () => {
    const encrypted = readFileSync('fixtures/scenarios/encrypted-guest.yaml', 'utf8');
    const report = await checkWith(
      encrypted.replace('\n  dom0b:\n', '\n  dom0b:\n    tools: { rsync: 3.1.3 }\n'),
    );
    expect(problems(report)).toContain('FAIL tools dom0b');
    expect(remedies(report).join()).toContain('Install rsync 3.2.4 or newer on dom0b');
    expect(report.findings.map(({ message }) => message).join()).toContain('rsync 3.1.3 on dom0b');
    expect(report.printed).toBe(4);
  });

  it('finds a source that does not know the host key of a target', async () => {
    const report = await checkWith(
      `${threeHosts}ssh: { unknownKeys: [{ from: dom0a, to: dom0c }] }\n`,
    );
    expect(problems(report)).toEqual(['FAIL data-path dom0c', 'FAIL data-path dom0c']);
  });

  it('finds a standby that could not be started, or would be by itself', async () => {
    const report = await checkWith(
      threeHosts
        .replace(
          'hosts: { dom0a: running, dom0b: shut off, dom0c: shut off }\n    writes: { every: 2s',
          'autostart: [dom0b]\n    hosts: { dom0a: running, dom0b: shut off }\n    writes: { every: 2s',
        )
        .replace(
          'addresses: [192.0.2.12]\n    bridges: [br1000, br2000]',
          'addresses: [192.0.2.12]\n    bridges: [br1000]',
        ),
    );
    expect([...problems(report)].sort()).toEqual([
      'FAIL autostart dom0b',
      'WARN definition dom0c',
      'WARN network dom0b',
    ]);
  });

  it('finds a standby whose disks are in use', async () => {
    const report = await checkWith(
      threeHosts.replace(
        'dom0a: running, dom0b: shut off, dom0c: shut off }\n    writes: { every: 5s',
        'dom0a: running, dom0b: paused, dom0c: shut off }\n    writes: { every: 5s',
      ),
    );
    expect(problems(report)).toEqual(['FAIL standby-use dom0b']);
  });

  it('tells of a guest that runs and that nobody configured', async () => {
    const report = await checkWith(
      threeHosts.replace('    dc2: { hosts: [dom0a, dom0b, dom0c] }\n', ''),
    );
    expect(problems(report)).toEqual(['WARN uncovered-guest dom0a']);
    expect(report.printed).toBe(0);
  });

  it('prints each problem with what to do about it', async () => {
    const line = new CommandLine({
      files: {
        's.yaml': threeHosts.replace(
          '    like: dom0a\n',
          '    like: dom0a\n    libvirt: stopped\n',
        ),
      },
    });
    const { stdout, exitCode } = await line.run('--simulate', 's.yaml', 'check', 'dc1');
    expect(exitCode).toBe(4);
    expect(stdout).toMatch(/^FAIL {2}hypervisor +.*dom0b.*\n +-> /m);
  });
});
