import { describe, expect, it } from 'vitest';
import type { RunReport } from '../../core/index.js';
import { renderLines } from '../text/index.js';
import { commandLines } from './commands-text.js';
import { examplePlan, exampleReport } from './example-plan.contract.js';
import { planDocument } from './plan-json.js';
import { planMermaid } from './plan-mermaid.js';
import { planLines } from './plan-text.js';
import { reportLines } from './report-text.js';

const report: RunReport = {
  v: 1,
  runId: 'k3f9x2m7qa',
  command: 'run',
  exitCode: 10,
  durationMs: 100_000,
  guests: [
    exampleReport(),
    {
      guest: 'mail',
      outcome: 'skipped',
      reason: 'it is shut off on dom0a',
      consistency: 'none',
      durationMs: 0,
      targets: [],
    },
  ],
  residue: ['dom0b: map xen-backup-k3f9x2m7qa-1 (in use)'],
};

describe('a plan', () => {
  const guests = [{ report: exampleReport(), plan: examplePlan() }];

  it('is shown with trees, mount order, transfers, steps and teardown', async () => {
    const text = renderLines(planLines(guests), 'no-colours');
    await expect(text).toMatchFileSnapshot('__snapshots__/plan.txt');
  });

  it('has a documented shape as JSON', async () => {
    const text = `${JSON.stringify(planDocument(report, guests, []), null, 2)}\n`;
    await expect(text).toMatchFileSnapshot('__snapshots__/plan-json.txt');
  });

  it('is a Mermaid flow chart in which no name can become markup', async () => {
    const [plan] = [examplePlan()];
    const evil = { ...plan, guest: 'dc1"]; click n1 "javascript:x' };
    await expect(planMermaid([plan, evil])).toMatchFileSnapshot('__snapshots__/plan.mmd');
  });

  it('of a guest that is not touched says why', () => {
    const [, skipped] = report.guests;
    const text = renderLines(planLines([{ report: skipped! }]), 'no-colours');
    expect(text).toBe('guest mail  skipped: it is shut off on dom0a\n');
  });
});

describe('a report', () => {
  it('shows each guest, each target, and what is left behind', async () => {
    const text = renderLines(reportLines(report), 'no-colours');
    await expect(text).toMatchFileSnapshot('__snapshots__/report.txt');
  });

  it('of a dry run says that nothing was changed', () => {
    const text = renderLines(reportLines({ ...report, command: 'dry-run' }), 'no-colours');
    expect(text).toContain('would copy 1,234 files, 5 MiB, 1 deletion');
    expect(text).toContain('dry run (nothing was changed) k3f9x2m7qa');
  });
});

describe('commands', () => {
  const script = '\ncat >"$1"\n';
  const commands = [
    { number: 1, host: 'dom0a', argv: ['virsh', '-c', 'xen:///system', 'list', '--all'] as const },
    { number: 2, host: 'dom0b', argv: ['true'] as const },
    {
      number: 3,
      host: 'dom0a',
      argv: ['sh', '-c', script, 'xen-backup-write', '/a b'] as const,
      stdin: "it's\n",
    },
    {
      number: 4,
      host: 'dom0a',
      argv: ['flock', '/x', 'sh', '-c', script, 'xen-backup-write', '/y'] as const,
    },
  ];

  it('are lines for a shell, by host, with our scripts said once', async () => {
    const text = renderLines(commandLines(commands), 'no-colours');
    await expect(text).toMatchFileSnapshot('__snapshots__/commands.txt');
  });
});
