import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/index.js';
import { CommandLine } from './harness.js';

const simulate = ['--simulate', 'three-hosts.yaml'];

async function eventsOf(...words: string[]): Promise<readonly RunEvent[]> {
  const { stdout } = await new CommandLine().run(...simulate, ...words);
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as RunEvent);
}

/** An event without what differs from run to run: times, run ids, trees. */
function essence(event: RunEvent): string {
  const { guest = '-', host = '-', type } = event;
  return [type, guest, host, detail(event)].join(' ').trimEnd();
}

function detail(event: RunEvent): string {
  switch (event.type) {
    case 'stage-started':
    case 'stage-finished':
      return event.stage;
    case 'step-started':
      return [event.step.kind, event.step.position].join(' ');
    case 'undo-started':
      return event.undo.kind;
    case 'copy-started':
    case 'copy-finished':
      return `${event.pass} ${event.fileSystem}`;
    case 'source-opened':
      return event.mounts.order.map(({ guestPath }) => guestPath).join(' ');
    case 'target-opened':
      return event.transfers.map(({ position }) => position).join(' ');
    case 'target-finished':
    case 'guest-finished':
      return event.outcome;
    default:
      return '';
  }
}

describe('--json', () => {
  it('prints one event a line, numbered without gaps; the last one is the report', async () => {
    const events = await eventsOf('run', '--json');
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    expect(new Set(events.map(({ runId }) => runId)).size).toBe(1);
    expect(events.filter(({ type }) => type === 'report')).toHaveLength(1);
    expect(events.at(-1)?.type).toBe('report');
  });

  it('tells the shipped scenario as it always did', async () => {
    const events = await eventsOf('run', '--json');
    // Progress comes as often as time passes. Hosts work at the same time: each has its own story.
    const told = events.filter(({ type }) => type !== 'copy-progress');
    const hosts = [undefined, 'dom0a', 'dom0b', 'dom0c'];
    const story = hosts.flatMap((host) => told.filter((event) => event.host === host));
    await expect(`${story.map(essence).join('\n')}\n`).toMatchFileSnapshot(
      '__snapshots__/events.txt',
    );
  });

  it('takes down in exact reverse on each host', async () => {
    const events = await eventsOf('run', '--json', 'dc2');
    const proofs = new Set(
      events.flatMap((event) =>
        event.type === 'step-started' && event.step.kind === 'prove-rule' ? [event.stepId] : [],
      ),
    );
    for (const host of ['dom0a', 'dom0b', 'dom0c']) {
      // The map that proves udev's rule is taken down at once.
      const own = events.filter((event) => event.host === host && !proofs.has(event.stepId));
      const taken = own.flatMap(({ type, stepId }) => (type === 'step-finished' ? [stepId] : []));
      const undone = own.flatMap(({ type, stepId }) => (type === 'undo-finished' ? [stepId] : []));
      // Steps taken together end in any order; they are numbered in the order they are undone.
      expect(undone).toEqual([...taken].sort((left, right) => Number(right) - Number(left)));
    }
  });

  it('says everything else on stderr', async () => {
    const files = { 's.yaml': 'version: 1\nhosts: {}\n' };
    const { stdout, stderr } = await new CommandLine({ files }).run(
      '--simulate',
      's.yaml',
      'run',
      '--json',
    );
    expect(stdout).toBe('');
    expect(stderr).toContain('s.yaml has no configuration');
  });
});
