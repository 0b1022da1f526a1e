const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

// Marks that join the character before them, and characters without a shape of their own.
const zeroWidth = /^[\p{Mn}\p{Me}\p{Cf}]+$/u;
// East Asian wide and fullwidth blocks, and pictures shown as such.
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;

/** Columns that a text takes on a terminal. */
export function displayWidth(text: string): number {
  if (isPlain(text)) return text.length;
  let columns = 0;
  for (const { segment } of segmenter.segment(text)) columns += widthOfGrapheme(segment);
  return columns;
}

/** As much of a text's beginning as fits into a number of columns; never half a character. */
export function clipToWidth(text: string, columns: number): string {
  if (isPlain(text)) return text.slice(0, columns);
  let taken = '';
  let used = 0;
  for (const { segment } of segmenter.segment(text)) {
    used += widthOfGrapheme(segment);
    if (used > columns) break;
    taken += segment;
  }
  return taken;
}

function isPlain(text: string): boolean {
  return /^[\u0020-\u007e]*$/.test(text);
}

function widthOfGrapheme(grapheme: string): number {
  if (zeroWidth.test(grapheme)) return 0;
  return wide.test(grapheme) ? 2 : 1;
}
