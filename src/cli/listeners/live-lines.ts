import { formatBytes, formatDuration } from '../../core/index.js';
import { type Line, type Span, styled, tableLines } from '../text/index.js';
import type { LiveGuest, LiveHost, LiveProgress, LiveState } from './live-state.js';

const barColumns = 12;

/**
 * The lines of a live display, at most `rows` of them: what is at work goes before what waits.
 */
export function liveLines(state: LiveState, elapsedMs: number, rows: number): readonly Line[] {
  const title: Line = [
    styled('bold', state.title),
    styled('dim', `  ${formatDuration(Math.floor(elapsedMs / 1000) * 1000)}`),
  ];
  const { waiting } = state;
  const last: readonly Line[] =
    waiting.length === 0 ? [] : [[styled('dim', `waiting: ${waiting.join(', ')}`)]];
  return clipRows([title, ...state.active.flatMap(guestLines)], last, rows);
}

function clipRows(lines: readonly Line[], last: readonly Line[], rows: number): readonly Line[] {
  if (lines.length + last.length <= rows) return [...lines, ...last];
  if (lines.length <= rows) return lines;
  const shown = Math.max(0, rows - 1);
  return [...lines.slice(0, shown), [styled('dim', `… ${lines.length - shown} more lines`)]];
}

function guestLines({ guest, source, hosts }: LiveGuest): readonly Line[] {
  const rows = hosts.map((host, index) => {
    const branch = index === hosts.length - 1 ? '└ ' : '├ ';
    const role = host.host === source ? 'source' : 'target';
    return [
      [styled('dim', `  ${branch}`), host.host],
      [styled('dim', role)],
      activity(host),
    ] satisfies Line[];
  });
  return [[styled('bold', guest)], ...tableLines(rows)];
}

function activity({ doing, progress, outcome, fills }: LiveHost): readonly Span[] {
  const gauge = fills === undefined ? [] : [fillGauge(Math.max(...fills.values()))];
  if (outcome === undefined) {
    return [doing, ...(progress === undefined ? [] : bar(progress)), ...gauge];
  }
  const style = outcome === 'done' ? 'green' : outcome === 'busy' ? 'yellow' : 'red';
  return [styled(style, outcome), doing === '' ? '' : `: ${doing}`];
}

/** Of the fullest snapshot. */
function fillGauge(share: number): Span {
  const style = share < 0.7 ? 'dim' : share < 0.9 ? 'yellow' : 'red';
  return styled(style, `  snapshot ${Math.round(100 * share)} % full`);
}

function bar({ percent, transferredBytes, bytesPerSecond, remainingMs }: LiveProgress): Span[] {
  const share = Math.min(1, Math.max(0, percent / 100));
  const filled = Math.round(share * barColumns);
  const left = remainingMs === undefined ? '' : `, ${formatDuration(remainingMs)} left`;
  return [
    ' ',
    styled('green', '━'.repeat(filled)),
    styled('dim', '━'.repeat(barColumns - filled)),
    ` ${Math.floor(percent)} %  ${formatBytes(transferredBytes)}  ${formatBytes(Math.round(bytesPerSecond))}/s${left}`,
  ];
}
