/** A table as virsh prints it: columns as wide as their longest cell, a line below the titles. */
export function textTable(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = titles.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    ` ${cells
      .map((cell, column) =>
        column === cells.length - 1 ? cell : cell.padEnd(widths[column] ?? 0),
      )
      .join('   ')}\n`;
  const total = widths.reduce((sum, width) => sum + width + 3, 0);
  return `${line(titles)}${'-'.repeat(total)}\n${rows.map(line).join('')}`;
}
