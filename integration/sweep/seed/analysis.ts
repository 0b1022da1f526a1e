import type { Dom0Shell } from './dom0-shell.js';
import type { ScriptMemory } from './memory.js';

/** What the analysis works with. */
export interface Analysis {
  readonly shell: Dom0Shell;
  readonly memory: ScriptMemory;
  /** `$$`. */
  readonly processId: number;
}

/**
 * Opens a disk as parted sees it: a table's partitions (swap left out, volume groups entered, all
 * else taken for a file system), or a file system on the bare volume. A table other than msdos, and
 * a failure, open nothing and say nothing.
 */
export async function analyseDisk(analysis: Analysis, disk: string): Promise<void> {
  const printed = await analysis.shell.output(`parted -s ${disk} print`);
  const [, label] = /^Partition Table: (\S+)/m.exec(printed) ?? [];
  if (label === 'msdos') await analyseTable(analysis, disk);
  if (label === 'loop') analyseVolume(analysis, disk, printed);
}

async function analyseTable(analysis: Analysis, disk: string): Promise<void> {
  const { shell, memory, processId } = analysis;
  await open(analysis, `kpartx -a -p p ${disk}`, `kpartx -d -p p ${disk}`);
  const printed = await shell.output(`parted -s ${disk} print`);
  for (const columns of rowsOf(printed)) {
    const [number = '', , , , , type = '', flag = ''] = columns;
    if (type === 'linux-swap') continue;
    if (type === 'lvm') {
      const group = await groupOn(analysis, `${String(processId)}p${number}`);
      await open(analysis, `vgchange -ay ${group}`, `vgchange -an ${group}`);
      for (const volume of await volumesOf(analysis, group)) {
        await analyseDisk(analysis, `/dev/${group}/${volume}`);
      }
      continue;
    }
    const name = disk.slice(disk.lastIndexOf('/') + 1);
    const device = `/dev/mapper/${name}p${number}`;
    memory.addFileSystem({ mountPoint: `/${flag}`, device, type });
  }
}

function analyseVolume({ memory }: Analysis, device: string, printed: string): void {
  const [columns = []] = rowsOf(printed);
  const [, , , , type = '', flag = ''] = columns;
  if (type !== 'linux-swap') memory.addFileSystem({ mountPoint: `/${flag}`, device, type });
}

/** The fourth word of each line of pvscan that has this text in it: none, one, or several. */
async function groupOn({ shell }: Analysis, text: string): Promise<string> {
  const lines = (await shell.output('pvscan')).split('\n').filter((line) => line.includes(text));
  return lines.map((line) => line.trim().split(/\s+/)[3] ?? '').join(' ');
}

/** Empty for a name that is none, or two: awk compares it with one column. */
async function volumesOf({ shell }: Analysis, group: string): Promise<readonly string[]> {
  const rows = (await shell.output('lvs')).split('\n').map((line) => line.trim().split(/\s+/));
  return rows.flatMap(([volume, its]) => (volume !== undefined && its === group ? [volume] : []));
}

async function open({ shell, memory }: Analysis, line: string, close: string): Promise<void> {
  await shell.command(line);
  memory.opened.push(line);
  memory.closing.push(close);
}

/** Rows of parted's table, split at blanks: an empty column is not seen. */
function rowsOf(printed: string): readonly (readonly string[])[] {
  return printed
    .split('\n')
    .filter((line) => /^ *\d+ /.test(line))
    .map((line) => line.trim().split(/\s+/));
}
