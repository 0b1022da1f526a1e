import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import path from 'node:path';
import { command, lines } from './command.js';

/** Kept by systemd, udev, the kernel and mount for themselves. */
const foreign = [
  ...['/run/systemd', '/run/udev', '/run/log', '/run/user', '/run/utmp', '/run/credentials'],
  ...['/run/blkid', '/run/mount'],
  // Started by its socket, ends after an idle hour: which setting the clock may be.
  ...['/run/dmeventd.pid'],
];

/** Prints what exists on this host now, by kind, one line for each thing. */
const state: Record<string, string[]> = {
  volumes: volumes(),
  deviceMapper: lines(
    command(
      'dmsetup',
      'info',
      '-c',
      '--noheadings',
      '--separator',
      ' ',
      '-o',
      'name,uuid,readonly',
    ),
  ).filter((line) => line !== 'No devices found'),
  tables: lines(command('dmsetup', 'table')).filter((line) => line !== 'No devices found'),
  domains: domains(),
  loops: loops(),
  mounts: lines(readFileSync('/proc/self/mountinfo', 'latin1')).map(mount),
  udevRules: ['/run/udev/rules.d', '/etc/udev/rules.d'].flatMap(hashedFiles),
  processes: processes(),
  runFiles: ['/run', '/tmp', '/var/tmp', '/mnt', '/media'].flatMap(tree),
};

for (const items of Object.values(state)) items.sort();
process.stdout.write(JSON.stringify(state));

/** Groups too: one without volumes has a line of its own. */
function volumes(): string[] {
  const columns = 'vg_name,vg_uuid,lv_name,lv_uuid,lv_active,lv_permissions,lv_tags';
  const format = ['--all', '--noheadings', '--separator', ' ', '--options', columns];
  return lines(command('vgs', ...format)).map((line) => line.trim());
}

/** Names and states, without the ids, which grow with every start. */
function domains(): string[] {
  const [, , ...rows] = lines(command('virsh', 'list', '--all'));
  return rows.map((row) => row.trim().split(/\s+/).slice(1).join(' '));
}

function loops(): string[] {
  return readdirSync('/sys/block')
    .filter((name) => name.startsWith('loop'))
    .flatMap((name) => {
      const file = `/sys/block/${name}/loop/backing_file`;
      return exists(file) ? [`${name} ${readFileSync(file, 'latin1').trim()}`] : [];
    });
}

/** Without the two ids, which are given anew with every mount. */
function mount(line: string): string {
  return line.split(' ').slice(2).join(' ');
}

function hashedFiles(folder: string): string[] {
  if (!exists(folder)) return [];
  return readdirSync(folder).map((name) => {
    const file = path.join(folder, name);
    const content = lstatSync(file).isFile() ? readFileSync(file) : readlinkSync(file);
    return `${file} ${createHash('sha256').update(content).digest('hex').slice(0, 16)}`;
  });
}

/** Every program that runs, except this probe, the logins and udev's workers. */
function processes(): string[] {
  const own = new Set<string>();
  for (let pid = String(process.pid); pid !== '1' && pid !== '0'; pid = parent(pid)) own.add(pid);
  const found: string[] = [];
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    if (own.has(pid)) continue;
    const text = read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();
    // Kernel threads have no command line.
    if (text === '' || isComingAndGoing(text)) continue;
    found.push(text);
  }
  return found;
}

function isComingAndGoing(text: string): boolean {
  return /^(sshd: (?!\/usr)|\(udev-worker\)|\(sd-pam\)|sshd-session|virsh |\/sbin\/dmeventd |sftp-server|\/usr\/lib\/openssh\/sftp-server)/.test(
    text,
  );
}

function parent(pid: string): string {
  return /^PPid:\s+(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1] ?? '0';
}

/** Names below a folder. */
function tree(folder: string): string[] {
  const found: string[] = [];
  for (const entry of exists(folder) ? readdirSync(folder, { withFileTypes: true }) : []) {
    const file = path.join(folder, entry.name);
    if (foreign.some((prefix) => file === prefix || file.startsWith(`${prefix}/`))) continue;
    found.push(file);
    if (entry.isDirectory()) found.push(...tree(file));
  }
  return found;
}

function exists(file: string): boolean {
  return lstatSync(file, { throwIfNoEntry: false }) !== undefined;
}

function read(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}
