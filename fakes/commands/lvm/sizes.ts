/** How LVM is told to print sizes. */
export interface SizeFormat {
  /** `r` (default: human with `<`), `h`, `b`, `s`, `k`, `m`, `g`, `t`, `p`, `e`; capitals are SI. */
  readonly unit: string;
  readonly suffix: 'shown' | 'hidden';
}

export const defaultSizeFormat: SizeFormat = { unit: 'r', suffix: 'shown' };

const letters = ['e', 'p', 't', 'g', 'm', 'k'];

/** Bytes in a unit of LVM, `undefined` for the human ones. */
function factorOf(unit: string): number | undefined {
  if (unit === 'b' || unit === 'B') return 1;
  if (unit === 's' || unit === 'S') return 512;
  const power = letters.length - letters.indexOf(unit.toLowerCase());
  if (!letters.includes(unit.toLowerCase())) return undefined;
  return unit === unit.toLowerCase() ? 1024 ** power : 1000 ** power;
}

export function isSizeUnit(unit: string): boolean {
  return 'rRhH'.includes(unit) ? unit.length === 1 : factorOf(unit) !== undefined;
}

/** A size as a report prints it: `1.46g`, `1572864000`. */
export function reportSize(bytes: number, format: SizeFormat): string {
  const factor = factorOf(format.unit);
  if (factor === undefined) return humanSize(bytes, 'short');
  const suffix = format.suffix === 'shown' ? suffixOf(format.unit) : '';
  const whole = factor <= 512;
  if (bytes === 0) return `0${suffix}`;
  return `${whole ? Math.floor(bytes / factor) : fixed(bytes, factor).text}${suffix}`;
}

function suffixOf(unit: string): string {
  return 'bBsS'.includes(unit) ? unit.toUpperCase() : unit;
}

/** A size for people, as reports (`1.46g`) or as messages say it (`1.46 GiB`). */
export function humanSize(bytes: number, style: 'short' | 'unit'): string {
  if (bytes === 0) return style === 'short' ? '0 ' : '0   ';
  const letter = letters.find((candidate) => bytes >= (factorOf(candidate) ?? 1));
  const factor = letter === undefined ? 1 : (factorOf(letter) ?? 1);
  if (letter === undefined) return style === 'short' ? `${bytes}b` : `${bytes} B`;
  const { text, rounding } = fixed(bytes, factor);
  const unit = style === 'short' ? letter : ` ${letter.toUpperCase()}iB`;
  return `${rounding === 'up' ? '<' : ''}${text}${unit}`;
}

/** Two decimals, halves to even, as printf does with an exact quotient. */
function fixed(numerator: number, denominator: number): { text: string; rounding: 'up' | 'down' } {
  const scaled = BigInt(Math.round(numerator)) * 100n;
  const divisor = BigInt(denominator);
  const quotient = scaled / divisor;
  const twice = (scaled % divisor) * 2n;
  const up = twice > divisor || (twice === divisor && quotient % 2n === 1n);
  const rounded = up ? quotient + 1n : quotient;
  return {
    text: `${rounded / 100n}.${(rounded % 100n).toString().padStart(2, '0')}`,
    rounding: up ? 'up' : 'down',
  };
}

/** A percentage as LVM prints it: never 0.00 when there is some, never 100.00 before it is full. */
export function percentText(part: number, whole: number): string {
  if (part === whole) return '100.00';
  if (part === 0) return '0.00';
  const rounded = Math.round((part / whole) * 10_000) / 100;
  return Math.min(99.99, Math.max(0.01, rounded)).toFixed(2);
}

/**
 * A size given on the command line in bytes: `256M`, `64m`, `1024b`, `8s`; without unit MiB.
 * `undefined` when it cannot be read.
 */
export function parseSize(text: string): number | undefined {
  const match = /^\+?(\d+(?:\.\d+)?)([bBsSkKmMgGtTpPeE]?)(?:i?[bB])?$/.exec(text);
  if (match === null) return undefined;
  const [, digits = '', unit = ''] = match;
  // Capitals mean the same as small letters here, unless SI units are asked for.
  const factor = factorOf((unit === '' ? 'm' : unit).toLowerCase());
  return factor === undefined ? undefined : Math.round(Number(digits) * factor);
}
