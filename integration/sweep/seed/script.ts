import { FileContent } from '../../../fakes/filesystem/content.js';
import { exists, removeFile, writeFile } from '../../../fakes/filesystem/files.js';
import type { Configuration, GuestConfiguration } from '../../../src/core/index.js';
import { analyseDisk } from './analysis.js';
import type { Dom0Shell } from './dom0-shell.js';
import { ScriptMemory } from './memory.js';

const pidFile = '/run/xen-backup.sh.pid';

/** A disk as the script's XPath questions find it. */
interface ScriptDisk {
  readonly driver: string;
  readonly source: string;
}

/**
 * The algorithm of 2009, step by step, on one Dom0: each guest it runs is opened from snapshots,
 * opened again on the first remote by the same commands, copied over with `--delete`, and closed.
 * What it asks and what it does not ask is kept to the letter; how it logs is left out.
 */
export class Script2009 {
  readonly #shell: Dom0Shell;
  readonly #configuration: Configuration;
  readonly #processId: number;
  readonly #memory = new ScriptMemory();

  constructor(shell: Dom0Shell, configuration: Configuration, processId: number) {
    this.#shell = shell;
    this.#configuration = configuration;
    this.#processId = processId;
  }

  async run(): Promise<void> {
    const { machine } = this.#shell;
    if (exists(machine, pidFile)) return;
    this.#shell.builtin(() => {
      writeFile(machine, pidFile, FileContent.fromText(`${String(this.#processId)}\n`));
    });
    for (const guest of this.#configuration.guests) await this.#guest(guest);
    this.#shell.builtin(() => {
      removeFile(machine, pidFile);
    });
  }

  async #guest({ name, hosts }: GuestConfiguration): Promise<void> {
    const { exitCode, stdout } = await this.#shell.command(`virsh domstate ${name}`);
    // "crashed" and "dying" are told to the log, and go on.
    if (exitCode !== 0 || stdout.trim() === 'shut off') return;
    const addresses = hosts.map((host) => this.#addressOf(host));
    const others = addresses.filter((address) => !this.#isMine(address));
    others.forEach((address, index) => {
      this.#memory.remotes[index] = address;
    });
    if (others.length === addresses.length) return;
    for (const disk of await this.#disks(name)) await this.#openDisk(disk);
    await this.#copy(name);
  }

  #addressOf(host: string): string {
    return this.#configuration.hosts.find((one) => one.name === host)?.address ?? host;
  }

  /** `host NAME` of a host with several addresses answers with several lines: never equal to one. */
  #isMine(address: string): boolean {
    const addresses = this.#shell.machine.addresses.filter((one) => /^[\d.]+$/.test(one));
    return addresses.length === 1 && addresses[0] === address;
  }

  async #disks(guest: string): Promise<readonly ScriptDisk[]> {
    const xml = await this.#shell.output(`virsh dumpxml ${guest}`);
    return [...xml.matchAll(/<disk [\s\S]*?<\/disk>/g)].map(([disk]) => ({
      driver: /<driver name='([^']*)'/.exec(disk)?.[1] ?? '',
      source: /<source dev='([^']*)'/.exec(disk)?.[1] ?? '',
    }));
  }

  async #openDisk({ driver, source }: ScriptDisk): Promise<void> {
    if (driver !== 'phy') return;
    const [, , group = '', volume = ''] = source.split('/');
    const snapshot = `${volume}-${String(this.#processId)}`;
    await this.#shell.command(`lvcreate --snapshot --name=${snapshot} --size=1G ${source}`);
    this.#memory.closing.push(`lvremove -f /dev/${group}/${snapshot}`);
    const shared = { shell: this.#shell, memory: this.#memory, processId: this.#processId };
    await analyseDisk(shared, `/dev/${group}/${snapshot}`);
  }

  async #copy(guest: string): Promise<void> {
    const place = (side: string) => `/mnt/${side}/${String(this.#processId)}/${guest}`;
    const [source, target] = [place('SOURCE'), place('TARGET')];
    const memory = this.#memory;
    await this.#shell.command(makeDirectory(source));
    await this.#shell.pipe(memory.mountLines(source, ' -o ro'));
    // `for remote in $remotes`: of an array, its first element.
    const [remote] = memory.remotes;
    if (remote !== undefined) {
      const opening = [...memory.opened, makeDirectory(target), ...memory.mountLines(target, '')];
      await this.#remotely(remote, opening);
      const copy = `rsync -avz --delete -e ssh --exclude /tmp ${source}/ ${remote}:${target}`;
      await this.#shell.command(copy);
      const closing = memory.closing.toReversed().filter((line) => !line.includes('lvremove'));
      await this.#remotely(remote, [
        ...memory.unmountLines(target),
        removeDirectories(target),
        ...closing,
      ]);
    }
    await this.#shell.pipe([...memory.unmountLines(source), removeDirectories(source)]);
    await this.#shell.pipe(memory.closing.toReversed());
  }

  /** `sed 's/-PID//'`: the first match in each line goes. */
  #remotely(remote: string, lines: readonly string[]): Promise<void> {
    const suffix = `-${String(this.#processId)}`;
    const cut = lines.map((line) => line.replace(suffix, ''));
    return this.#shell.pipe(cut, `ssh -T ${remote} `);
  }
}

function makeDirectory(path: string): string {
  return `mkdir -p -m 0755 -- ${path}`;
}

/** `cd /mnt; rmdir -p SIDE/PID/GUEST`. */
function removeDirectories(path: string): string {
  const parents = [path, path.replace(/\/[^/]*$/, ''), path.split('/').slice(0, 3).join('/')];
  return `rmdir ${parents.join(' ')}`;
}
