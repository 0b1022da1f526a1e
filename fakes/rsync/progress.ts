/** Where a copy stands. */
export interface ProgressState {
  readonly bytes: number;
  readonly totalBytes: number;
  readonly elapsedMs: number;
  /** Files whose content has gone over. */
  readonly transfers: number;
  readonly entriesLeft: number;
  readonly entries: number;
}

/** A line of `--info=progress2`; `\r` takes it back to the beginning. */
export function progressLine(state: ProgressState, at: 'within-file' | 'end-of-file'): string {
  const { bytes, totalBytes, elapsedMs } = state;
  const percent = bytes === totalBytes ? 100 : Math.floor((100 * bytes) / totalBytes);
  const perSecond = elapsedMs > 0 ? bytes / (elapsedMs / 1000) : 0;
  const left = perSecond > 0 ? (totalBytes - bytes) / perSecond : 0;
  const seconds = at === 'within-file' ? left : elapsedMs / 1000;
  const tail =
    at === 'within-file'
      ? '  '
      : ` (xfr#${state.transfers}, to-chk=${state.entriesLeft}/${state.entries})`;
  const share = String(percent).padStart(3);
  return `\r${String(bytes).padStart(15)} ${share}% ${rateText(perSecond)} ${clockText(seconds)}${tail}`;
}

/** `   1.96MB/s`: rsync's units are powers of 1024. */
function rateText(bytesPerSecond: number): string {
  let rate = bytesPerSecond / 1024;
  let unit = 'kB/s';
  for (const larger of ['MB/s', 'GB/s']) {
    if (rate <= 1024) break;
    rate /= 1024;
    unit = larger;
  }
  return `${rate.toFixed(2).padStart(7)}${unit}`;
}

function clockText(seconds: number): string {
  const whole = Math.floor(seconds);
  const two = (number: number): string => String(number).padStart(2, '0');
  const hours = String(Math.floor(whole / 3600)).padStart(4);
  return `${hours}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
}
