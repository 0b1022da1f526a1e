/** A command to record; without a name it prepares the next ones and is not kept. */
export interface RecordingCase {
  /** `tool/case`: where the recording goes. */
  readonly name?: string;
  readonly argv: readonly [string, ...string[]];
  readonly stdin?: string;
}

type Argv = [string, ...string[]];

/** A command that is kept. */
export const keep = (name: string, ...argv: Argv): RecordingCase => ({ name, argv });

/** A command that only prepares. */
export const run = (...argv: Argv): RecordingCase => ({ argv });

export const shell = (script: string): RecordingCase => run('sh', '-c', script);

export const keepShell = (name: string, script: string): RecordingCase =>
  keep(name, 'sh', '-c', script);

/** The names a run gives its objects: prefix, run id, number. */
export const ours = (number: number): string => `xen-backup-abcdefghij-${number}`;

export const mapped = (number: number): string => `/dev/mapper/${ours(number)}`;

/** LVM sees the given wrappers and what lies on them, nothing else. */
export const only = (...numbers: readonly number[]): [string, string] => {
  const accepted = numbers.map((number) => `"a|^${mapped(number)}(p[0-9]+)?$|"`);
  return [
    '--config',
    `devices { filter=[${[...accepted, '"r|.*|"'].join(',')}] use_devicesfile=0 }`,
  ];
};

export const json = ['--reportformat', 'json', '--units', 'b', '--nosuffix'] as const;

/** A dm-linear map of our own over `sectors` of a device. */
export function wrap(
  number: number,
  sectors: number,
  device: string,
  options: { readonly offset?: number; readonly writable?: boolean } = {},
): RecordingCase {
  const access = options.writable === true ? [] : ['--readonly'];
  const table = `0 ${sectors} linear ${device} ${options.offset ?? 0}`;
  return run(
    'dmsetup',
    'create',
    ours(number),
    '--uuid',
    ours(number),
    ...access,
    '--table',
    table,
  );
}

export const unwrap = (number: number): RecordingCase => run('dmsetup', 'remove', ours(number));

/** The snapshot as a run takes it. */
export function snapshotArgv(number: number, origin: string): Argv {
  const ourOwn = ['--monitor', 'n', '--addtag', 'xen-backup', '--name', ours(number)];
  return ['lvcreate', '--snapshot', ...ourOwn, '--size', '256M', '--yes', `VolGroupXX/${origin}`];
}

export const removeSnapshot = (number: number): RecordingCase =>
  run('lvremove', '--yes', `VolGroupXX/${ours(number)}`);

const mapColumns = 'name,uuid,major,minor,open,readonly,segments';

export const keepMaps = (name: string): RecordingCase =>
  keep(name, 'dmsetup', 'info', '-c', '--noheadings', '--separator', ':', '-o', mapColumns);
