import { decodeBytes } from './decode.js';

/** One effective line of a guest's fstab(5). */
export interface FstabEntry {
  /** Line number, from 1. */
  readonly line: number;
  /** First field, decoded: `UUID=...`, `/dev/...`, `tmpfs`. */
  readonly device: string;
  /** Second field, decoded. */
  readonly mountPoint: string;
  readonly type: string;
  readonly options: readonly string[];
}

export interface FstabParse {
  readonly entries: readonly FstabEntry[];
  /** Lines that fstab(5) does not explain: reported, never guessed. */
  readonly malformed: readonly { readonly line: number; readonly text: string }[];
}

/** fstab(5): blanks and tabs separate; `\040` and friends stand for them inside a field. */
export function parseFstab(text: string): FstabParse {
  const entries: FstabEntry[] = [];
  const malformed: { line: number; text: string }[] = [];
  text.split('\n').forEach((raw, index) => {
    const line = index + 1;
    const trimmed = raw.replace(/\r$/, '').trim();
    if (trimmed === '' || trimmed.startsWith('#')) return;
    const [device, mountPoint, type, options = 'defaults'] = trimmed.split(/[ \t]+/);
    if (device === undefined || mountPoint === undefined || type === undefined) {
      malformed.push({ line, text: trimmed });
      return;
    }
    entries.push({
      line,
      device: decodeField(device),
      mountPoint: decodeField(mountPoint),
      type,
      options: options.split(',').filter((option) => option !== ''),
    });
  });
  return { entries, malformed };
}

function decodeField(field: string): string {
  return decodeBytes(field, /\\([0-3][0-7]{2})/g, 8);
}
