import { isXenBackupError, XenBackupError } from '../../core/errors/index.js';
import type { HostName } from '../../core/model/index.js';
import type {
  AttachedImage,
  Clock,
  Command,
  CommandResult,
  CommandRunner,
  HostFiles,
} from '../../ports/index.js';
import type { ImageServer, ServeRequest } from '../shared/image-server.js';
import {
  commandFailed,
  expectSuccess,
  holdersArgv,
  parseHolders,
  parseOutput,
  resultDetails,
  retryWhileBusy,
} from '../shared/index.js';
import * as argv from './argv.js';
import { type NbdDevices, parseImageInfo, parseNbdDevices, type UsedNbdDevice } from './parse.js';
import { missingTool, refuseHost, refuseImage } from './refusal.js';

/** Where everything of ours is shown. */
const runDirectory = '/run/xen-backup';

/**
 * qemu-nbd returns before the kernel shows the device's size (osbuild's tests, seen); until then it
 * may be that of the image before.
 */
const readyDelaysMs = [20, 50, 100, 200, 500, 1_000, 2_000, 3_000];

/** What the adapter needs of its host. */
export interface Qcow2ServerOptions {
  readonly runner: CommandRunner;
  readonly hostName: HostName;
  readonly clock: Clock;
  readonly files: Pick<HostFiles, 'removeFile'>;
}

/** qcow2 images of a host, over qemu-img, qemu-nbd and the kernel's network block devices. */
export function createQcow2Server(options: Qcow2ServerOptions): ImageServer {
  return new QemuNbdServer(options);
}

class QemuNbdServer implements ImageServer {
  readonly #options: Qcow2ServerOptions;

  constructor(options: Qcow2ServerOptions) {
    this.#options = options;
  }

  async inspect(path: string): Promise<number> {
    const { hostName } = this.#options;
    const result = await this.#tool({ argv: argv.imageInfoArgv(path) });
    if (result.exitCode !== 0) {
      throw new XenBackupError('disk-unsupported', {
        message: `qemu-img on ${hostName} cannot read ${path}: ${result.stderr.trim()}`,
        remedy: 'The definition says qcow2: see whether the file is one, with qemu-img info.',
        details: resultDetails(hostName, result),
      });
    }
    const info = parseOutput(hostName, result, parseImageInfo);
    const refused =
      refuseImage(hostName, path, info) ?? refuseHost(hostName, path, await this.#devices());
    if (refused !== undefined) throw refused;
    return info.sizeBytes;
  }

  async connect(request: ServeRequest): Promise<string> {
    const { hostName } = this.#options;
    const taken = new Set<string>();
    for (;;) {
      const devices = await this.#devices();
      const device = devices.free.find((candidate) => !taken.has(candidate));
      if (device === undefined) throw noneFree(hostName, devices);
      const result = await this.#tool({ argv: argv.connectArgv(device, request) });
      if (result.exitCode === 0) return this.#ready(device, request);
      // Another one was quicker: whose a device is, the kernel alone decides.
      if (!result.stderr.includes('Failed to set NBD socket')) {
        throw connectFailed(hostName, request.mountPoint, result);
      }
      taken.add(device);
    }
  }

  async connected(): Promise<readonly AttachedImage[]> {
    const { used } = await this.#devices();
    return used.flatMap(({ device, file }) =>
      file === undefined ? [] : [{ device, mountPoint: file }],
    );
  }

  async disconnect(mountPoint: string): Promise<void> {
    const { clock, files, hostName } = this.#options;
    const left = await retryWhileBusy(clock, async () => {
      const ours = await this.#servedFrom(mountPoint);
      if (ours === undefined) return undefined;
      const holders = await this.#holders(ours);
      if (holders.length > 0) return { ours, holders };
      expectSuccess(hostName, await this.#tool({ argv: argv.disconnectArgv(ours.device) }));
      return (await this.#servedFrom(mountPoint)) === undefined ? undefined : { ours, holders };
    });
    if (left !== undefined) {
      const { ours, holders } = left;
      throw new XenBackupError('volume-busy', {
        message: `${ours.device} on ${hostName} is in use: ${holders.join('; ')}`,
        details: { host: hostName, device: ours.device, holders },
      });
    }
    // A server that was killed leaves it.
    await files.removeFile(argv.socketOf(mountPoint));
  }

  async #ready(device: string, { mountPoint, access, sizeBytes }: ServeRequest): Promise<string> {
    const { clock, hostName } = this.#options;
    let found: UsedNbdDevice | undefined;
    const missing = await retryWhileBusy(
      clock,
      async () => {
        found = (await this.#devices()).used.find((used) => used.device === device);
        const isThere = found?.file === mountPoint && found.sizeBytes === sizeBytes;
        return isThere ? undefined : 'not there yet';
      },
      readyDelaysMs,
    );
    if (missing === undefined && found?.readOnly === (access === 'read-only')) return device;
    throw new XenBackupError('output-unexpected', {
      message: `qemu-nbd on ${hostName} made ${device}, but it is not as asked for`,
      details: { host: hostName, file: found?.file, sizeBytes: found?.sizeBytes },
    });
  }

  /** Whoever uses the device, but for the process that serves it. */
  async #holders({ deviceNumber, processId }: UsedNbdDevice): Promise<readonly string[]> {
    const command = { argv: holdersArgv(deviceNumber), timeoutMs: 30_000 };
    const server = ` (pid ${String(processId)}, `;
    const words = await this.#read(command, (text) => parseHolders(text));
    return words.filter((word) => !word.includes(server));
  }

  async #servedFrom(mountPoint: string): Promise<UsedNbdDevice | undefined> {
    return (await this.#devices()).used.find(({ file }) => file === mountPoint);
  }

  #devices(): Promise<NbdDevices> {
    return this.#read({ argv: argv.nbdDevicesArgv(runDirectory) }, parseNbdDevices);
  }

  async #tool(command: Command): Promise<CommandResult> {
    const { hostName, runner } = this.#options;
    try {
      return await runner.run(command);
    } catch (error) {
      if (!isXenBackupError(error, 'command-not-found')) throw error;
      throw missingTool(hostName, command.argv[0], error);
    }
  }

  async #read<Value>(command: Command, parse: (text: string) => Value): Promise<Value> {
    const { hostName, runner } = this.#options;
    return parseOutput(hostName, expectSuccess(hostName, await runner.run(command)), parse);
  }
}

function noneFree(host: HostName, { used }: NbdDevices): XenBackupError {
  return new XenBackupError('disk-unsupported', {
    message: `no network block device of ${host} is free: ${String(used.length)} are used`,
    remedy:
      'See who uses them (cat /sys/block/nbd*/pid), or load the module with more of them: ' +
      'nbds_max=64.',
  });
}

function connectFailed(host: HostName, image: string, result: CommandResult): XenBackupError {
  if (!/Failed to get .* lock/.test(result.stderr)) return commandFailed(host, result);
  return new XenBackupError('volume-busy', {
    message: `another process on ${host} has the image shown as ${image} open`,
    remedy: 'Its guest may run under another name, or somebody works on the image: see fuser -v.',
    details: resultDetails(host, result),
  });
}
