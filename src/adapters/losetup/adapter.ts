import { together } from '../../core/concurrency/index.js';
import { XenBackupError } from '../../core/errors/index.js';
import {
  type BackingStore,
  type HostName,
  type ImageFormat,
  rawImage,
} from '../../core/model/index.js';
import type {
  AttachedImage,
  AttachRequest,
  BackingStores,
  Clock,
  Command,
  CommandResult,
  CommandRunner,
  HostFiles,
  Mounter,
} from '../../ports/index.js';
import {
  commandFailed,
  expectSuccess,
  holdersArgv,
  parseCount,
  parseHolders,
  parseOutput,
  resultDetails,
  retryWhileBusy,
  unexpectedOutput,
} from '../shared/index.js';
import type { ImageServer } from '../shared/image-server.js';
import * as argv from './argv.js';
import {
  type LoopDevice,
  parseAttached,
  parseInspected,
  parseLoops,
  parseSectorsWritten,
} from './parse.js';

/** Where everything of ours is shown and mounted. */
const runDirectory = '/run/xen-backup/';

/** What the adapter needs of its host. */
export interface BackingStoresOptions {
  readonly runner: CommandRunner;
  readonly hostName: HostName;
  readonly clock: Clock;
  readonly files: HostFiles;
  readonly mounts: Pick<Mounter, 'unmount'>;
  /** Shows images that are not raw. */
  readonly qcow2: ImageServer;
}

/** Image files and plain block devices of a host, over stat and losetup. */
export function createBackingStores(options: BackingStoresOptions): BackingStores {
  return new LosetupBackingStores(options);
}

class LosetupBackingStores implements BackingStores {
  readonly #options: BackingStoresOptions;

  constructor(options: BackingStoresOptions) {
    this.#options = options;
  }

  async inspect(path: string, image: ImageFormat = rawImage): Promise<BackingStore | undefined> {
    const { hostName } = this.#options;
    const result = await this.#run({ argv: argv.inspectArgv(path) });
    if (result.exitCode !== 0) {
      if (/: (?:No such file or directory|Not a directory)\s*$/.test(result.stderr))
        return undefined;
      throw commandFailed(hostName, result);
    }
    const found = parseOutput(hostName, result, parseInspected);
    if (found.kind === 'file') {
      const isRaw = image.kind === 'raw';
      const bytes = isRaw ? found.fileBytes : await this.#options.qcow2.inspect(path);
      // A device has whole sectors only.
      const sizeBytes = bytes - (bytes % (isRaw ? image.sectorBytes : 512));
      const { fileSystem, inode, revision, lastWrite } = found;
      return { kind: 'file', path, image, sizeBytes, fileSystem, inode, revision, lastWrite };
    }
    if (found.kind === 'device') {
      const { major, minor } = found;
      const [sizeBytes, revision] = await together([
        this.#read({ argv: argv.sizeArgv(path) }, parseBytes),
        this.#read({ argv: argv.countersArgv(major, minor) }, parseSectorsWritten),
      ]);
      return { kind: 'device', path, deviceNumber: { major, minor }, sizeBytes, revision };
    }
    throw new XenBackupError('disk-unsupported', {
      message: `${path} on ${hostName} is a ${found.description}`,
    });
  }

  holders(store: BackingStore): Promise<readonly string[]> {
    const question =
      store.kind === 'device'
        ? holdersArgv(store.deviceNumber)
        : argv.fileHoldersArgv(store.fileSystem, store.inode);
    return this.#read({ argv: question, timeoutMs: 30_000 }, (text) => parseHolders(text));
  }

  async attach(request: AttachRequest): Promise<AttachedImage> {
    const { hostName, files, qcow2 } = this.#options;
    const { image, mountPoint } = request;
    await files.makeDirectory(mountPoint.slice(0, mountPoint.lastIndexOf('/')));
    // Something to mount on: what can be seen there afterwards is the image itself.
    await files.writeTextAtomically(mountPoint, '');
    expectSuccess(hostName, await this.#run({ argv: argv.bindArgv(request) }));
    const device = await (image.kind === 'raw'
      ? this.#attachLoop(mountPoint, request.access, image.sectorBytes)
      : qcow2.connect(request));
    return { device, mountPoint };
  }

  async #attachLoop(
    mountPoint: string,
    access: AttachRequest['access'],
    sectorBytes: 512 | 4096,
  ): Promise<string> {
    const { hostName } = this.#options;
    const command = { argv: argv.attachArgv({ mountPoint, access, sectorBytes }) };
    const device = await this.#read(command, parseAttached);
    const made = (await this.#loops()).find((loop) => loop.device === device);
    if (made?.file !== mountPoint || made.readOnly !== (access === 'read-only')) {
      throw new XenBackupError('output-unexpected', {
        message: `losetup on ${hostName} made ${device}, but it is not as asked for`,
        details: { host: hostName, file: made?.file, readOnly: made?.readOnly },
      });
    }
    return device;
  }

  async detach(mountPoint: string): Promise<void> {
    const { files, hostName, mounts, qcow2 } = this.#options;
    const busy = await this.#detachLoops(mountPoint);
    if (busy === 'none-there') await qcow2.disconnect(mountPoint);
    else if (busy !== 'gone') {
      throw new XenBackupError('volume-busy', {
        message: `loop device ${busy.device} on ${hostName} is in use`,
        details: { host: hostName, device: busy.device },
      });
    }
    await mounts.unmount(mountPoint);
    await files.removeFile(mountPoint);
  }

  async attached(): Promise<readonly AttachedImage[]> {
    const loops = (await this.#loops())
      .filter(({ file }) => file.startsWith(runDirectory))
      .map(({ device, file }) => ({ device, mountPoint: file }));
    return [...loops, ...(await this.#options.qcow2.connected())];
  }

  async flushFile(path: string): Promise<void> {
    expectSuccess(this.#options.hostName, await this.#run({ argv: argv.syncFileArgv(path) }));
  }

  /**
   * A device that is busy is detached when it is closed, says losetup, and ends well: what counts
   * is what is there afterwards.
   */
  async #detachLoops(mountPoint: string): Promise<'none-there' | 'gone' | LoopDevice> {
    let found: 'none-there' | 'gone' = 'none-there';
    const busy = await retryWhileBusy(this.#options.clock, async () => {
      const ours = await this.#loopsOf(mountPoint);
      if (ours.length === 0) return undefined;
      found = 'gone';
      for (const { device } of ours) await this.#detach(device);
      return (await this.#loopsOf(mountPoint))[0];
    });
    return busy ?? found;
  }

  async #detach(device: string): Promise<void> {
    const result = await this.#run({ argv: argv.detachArgv(device) });
    if (result.exitCode === 0 || /No such device or address/.test(result.stderr)) return;
    throw new XenBackupError('volume-busy', {
      message: `loop device ${device} on ${this.#options.hostName} cannot be detached`,
      details: resultDetails(this.#options.hostName, result),
    });
  }

  async #loopsOf(mountPoint: string): Promise<readonly LoopDevice[]> {
    return (await this.#loops()).filter(({ file }) => file === mountPoint);
  }

  #loops(): Promise<readonly LoopDevice[]> {
    return this.#read({ argv: argv.listLoopsArgv() }, parseLoops);
  }

  async #read<Value>(command: Command, parse: (text: string) => Value): Promise<Value> {
    const { hostName } = this.#options;
    return parseOutput(hostName, expectSuccess(hostName, await this.#run(command)), parse);
  }

  #run(command: Command): Promise<CommandResult> {
    return this.#options.runner.run(command);
  }
}

function parseBytes(text: string): number {
  const bytes = parseCount(text.trim());
  if (bytes === undefined) throw unexpectedOutput('blockdev: no size', text);
  return bytes;
}
