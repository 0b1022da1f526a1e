import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLiveDisplay } from '../../src/cli/listeners/live.js';
import { createSimulatedConnector, run, type RunEvent } from '../../src/index.js';
import { createSimulation, parseScenario } from '../../fakes/index.js';
import { threeHosts } from './harness.js';
import { Screen } from './screen.js';

/** Events of a run over the shipped scenario, two guests at once. */
async function record(): Promise<readonly RunEvent[]> {
  const scenario = parseScenario(threeHosts, 'three-hosts.yaml');
  const configuration = scenario.resolved!.configuration;
  const connector = createSimulatedConnector(await createSimulation(scenario), configuration);
  const events: RunEvent[] = [];
  await run({
    configuration,
    connector,
    jobs: 2,
    runId: 'k3f9x2m7qa',
    onEvent: (event) => events.push(event),
  });
  return events;
}

const events = await record();

/** A display on a screen. */
function show({ columns = 80, rows = 24 } = {}) {
  const screen = new Screen();
  let written = 0;
  const size = { columns, rows };
  const resized = new Set<() => void>();
  const display = createLiveDisplay({
    stream: {
      isTerminal: true,
      get columns() {
        return size.columns;
      },
      get rows() {
        return size.rows;
      },
      write: (text) => {
        written += 1;
        screen.write(text);
      },
      onResize: (callback) => {
        resized.add(callback);
        return () => {
          resized.delete(callback);
        };
      },
    },
    colours: 'colours',
  });
  return {
    screen,
    display,
    get written() {
      return written;
    },
    resize: (columnsNow: number) => {
      size.columns = columnsNow;
      for (const callback of resized) callback();
    },
  };
}

function play(
  display: { listener: (event: RunEvent) => void },
  until: (event: RunEvent) => boolean = () => false,
): void {
  for (const event of events) {
    display.listener(event);
    vi.advanceTimersByTime(150);
    if (until(event)) return;
  }
}

const isRealCopy = (event: RunEvent): boolean =>
  event.type === 'copy-progress' && event.pass === 'real' && event.percent > 0;

describe('a live display', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('shows guests, targets, and what each of them does', async () => {
    const { screen, display } = show();
    play(display, isRealCopy);
    await expect(`${screen.lines.join('\n')}\n`).toMatchFileSnapshot('__snapshots__/live.txt');
    display.stop();
  });

  it('leaves one line for each guest behind, and the cursor', () => {
    const { screen, display } = show();
    play(display);
    expect([...screen.lines].sort()).toEqual([
      '✔ dc1  guest done',
      '✔ dc2  guest done',
      '✔ dc3  skipped: it is shut off on dom0a',
    ]);
    expect(screen.cursor).toBe('shown');
    expect(screen.strange).toEqual([]);
  });

  it('never fills a line to its end, and never more lines than there are', () => {
    const { screen, display } = show({ columns: 30, rows: 5 });
    for (const event of events) {
      display.listener(event);
      vi.advanceTimersByTime(150);
      expect(Math.max(0, ...screen.lines.map((line) => line.length))).toBeLessThan(45);
    }
    display.stop();
  });

  it('draws at most ten times a second however much happens', () => {
    const shown = show();
    const [first] = events.filter(isRealCopy);
    const before = shown.written;
    for (let count = 0; count < 1_000; count += 1) shown.display.listener(first!);
    vi.advanceTimersByTime(1_000);
    expect(shown.written - before).toBeLessThan(12);
    shown.display.stop();
  });

  it('is not torn by what others write, nor by a resize', () => {
    const shown = show();
    play(shown.display, ({ type }) => type === 'target-opened');
    shown.display.writeAbove(() => {
      shown.screen.write('error: something\n');
    });
    shown.resize(60);
    vi.advanceTimersByTime(1_100);
    const { lines } = shown.screen;
    expect(lines.filter((line) => line === 'error: something')).toHaveLength(1);
    expect(lines.filter((line) => line.startsWith('run k3f9x2m7qa'))).toHaveLength(1);
    shown.display.stop();
    expect(shown.screen.lines.at(-1)).toBe('error: something');
  });

  it('stops twice as well as once', () => {
    const { screen, display } = show();
    play(display, isRealCopy);
    display.stop();
    display.stop();
    vi.advanceTimersByTime(5_000);
    expect(screen.lines.every((line) => !line.startsWith('run '))).toBe(true);
  });
});
