import { chmod, copyFile, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { flavour } from '../flavours/chosen.js';
import { domainXml, guests } from '../guests.js';
import { hosts, type HostSpec } from '../hosts.js';
import { outside } from '../outside.js';
import { baseImage, paths } from '../paths.js';
import { hostKeyFile, linkKnownHosts, publicKey } from './keys.js';

const imageSize = '3G';

/** Units that only cost time here, or would start or suspend guests by themselves. */
const maskedUnits = [
  ...['apt-daily.timer', 'apt-daily-upgrade.timer', 'dpkg-db-backup.timer', 'fstrim.timer'],
  ...['e2scrub_all.timer', 'e2scrub_reap.service', 'logrotate.timer', 'systemd-pstore.service'],
  ...['libvirt-guests.service', 'xendomains.service', 'getty@tty1.service', 'hwclock.service'],
  ...['systemd-networkd-wait-online.service', 'systemd-logind.service', ...flavour.idleUnits],
];

const inTree = (file: string): string => path.join(paths.rootTree, file);

/** Makes the root disks of both hosts from the one tree, changing what differs in between. */
export async function buildHostImages(): Promise<void> {
  await mkdir(paths.images, { recursive: true });
  await writeCommonFiles();
  for (const host of hosts) {
    await writeHostFiles(host);
    const image = baseImage(host.name, 'root');
    await rm(image, { force: true });
    // Without a mount: mke2fs fills the file system itself.
    await outside(
      ['nice', '-n', '5', 'mke2fs', '-q', '-t', 'ext4', '-d', paths.rootTree, image, imageSize],
      { timeoutMs: 600_000 },
    );
  }
}

async function put(file: string, text: string, mode = 0o644): Promise<void> {
  await mkdir(path.dirname(inTree(file)), { recursive: true });
  await writeFile(inTree(file), text);
  await chmod(inTree(file), mode);
}

async function writeCommonFiles(): Promise<void> {
  await put('etc/fstab', '/dev/vda / ext4 defaults 0 0\n');
  await put('etc/hosts', hostsFile());
  await put('etc/resolv.conf', '');
  await put('etc/systemd/journald.conf.d/lab.conf', '[Journal]\nStorage=volatile\n');
  await put('etc/ssh/sshd_config.d/lab.conf', sshdConfig);
  // Stays up: by default it ends after two idle minutes, which changes every time measured.
  await put('etc/default/libvirtd', 'LIBVIRTD_ARGS=""\n');
  for (const [file, text] of Object.entries(flavour.hostFiles)) {
    if (file.endsWith('/')) await mkdir(inTree(file), { recursive: true });
    else await put(file, text);
  }
  await put('etc/sudoers.d/keeper', 'keeper ALL=(ALL) NOPASSWD: ALL\n', 0o440);
  for (const kind of ['rsa', 'ecdsa']) {
    await rm(inTree(`etc/ssh/ssh_host_${kind}_key`), { force: true });
    await rm(inTree(`etc/ssh/ssh_host_${kind}_key.pub`), { force: true });
  }
  await dropLine('etc/pam.d/common-session', 'pam_systemd');
  for (const unit of maskedUnits) await link('/dev/null', `etc/systemd/system/${unit}`);
  const wants = 'etc/systemd/system/multi-user.target.wants';
  const unit = '/lib/systemd/system/systemd-networkd.service';
  await link(unit, `${wants}/systemd-networkd.service`);
  await mkdir(inTree('boot/guest'), { recursive: true });
  await copyFile(paths.kernel, inTree('boot/guest/vmlinuz'));
  await copyFile(paths.guestInitrd, inTree('boot/guest/initrd'));
  for (const guest of guests) await put(`root/guests/${guest.name}.xml`, domainXml(guest));
  await addKeeper();
}

/** A login starts no session manager: on an emulated processor it would cost seconds. */
async function dropLine(file: string, word: string): Promise<void> {
  const text = await readFile(inTree(file), 'utf8');
  const kept = text.split('\n').filter((line) => !line.includes(word));
  await put(file, kept.join('\n'));
}

async function link(target: string, file: string): Promise<void> {
  await mkdir(path.dirname(inTree(file)), { recursive: true });
  await rm(inTree(file), { force: true });
  await symlink(target, inTree(file));
}

/** An account that is not root and may use sudo: for tests of `sudo: true`. */
async function addKeeper(): Promise<void> {
  const root = paths.rootTree;
  const there = await outside(['grep', '-q', '^keeper:', inTree('etc/passwd')], { accept: [1] });
  if (there.exitCode !== 0) {
    await outside(['chroot', root, 'useradd', '-m', '-s', '/bin/sh', 'keeper']);
  }
  await put('home/keeper/.ssh/authorized_keys', `${await publicKey(paths.key)}\n`, 0o600);
  await outside(['chroot', root, 'chown', '-R', 'keeper:keeper', '/home/keeper']);
}

async function writeHostFiles(host: HostSpec): Promise<void> {
  await put('etc/hostname', `${host.name}\n`);
  await put('etc/machine-id', '');
  await put('etc/systemd/network/10-control.network', network(host.controlMac, '10.0.2.15'));
  await put('etc/systemd/network/20-link.network', network(host.linkMac, host.linkAddress));
  await putKey(hostKeyFile(host, 'host'), 'etc/ssh/ssh_host_ed25519_key');
  await putKey(hostKeyFile(host, 'root'), 'root/.ssh/id_ed25519');
  const allowed = [paths.key, ...hosts.map((each) => hostKeyFile(each, 'root'))];
  const lines = await Promise.all(allowed.map(publicKey));
  await put('root/.ssh/authorized_keys', `${lines.join('\n')}\n`, 0o600);
  await put('root/.ssh/known_hosts', await linkKnownHosts(), 0o600);
  await chmod(inTree('root/.ssh'), 0o700);
}

async function putKey(from: string, to: string): Promise<void> {
  await mkdir(path.dirname(inTree(to)), { recursive: true });
  await copyFile(from, inTree(to));
  await chmod(inTree(to), 0o600);
  await copyFile(`${from}.pub`, inTree(`${to}.pub`));
}

const sshdConfig = `HostKey /etc/ssh/ssh_host_ed25519_key
PermitRootLogin prohibit-password
PasswordAuthentication no
UseDNS no
MaxStartups 100
MaxSessions 100
`;

function hostsFile(): string {
  const lines = hosts.map((host) => `${host.linkAddress} ${host.name}\n`);
  return `127.0.0.1 localhost\n::1 localhost ip6-localhost\n${lines.join('')}`;
}

function network(mac: string, address: string): string {
  return `[Match]
MACAddress=${mac}
[Network]
Address=${address}/24
LinkLocalAddressing=no
IPv6AcceptRA=no
`;
}
