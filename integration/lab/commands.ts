import { writeSync } from 'node:fs';
import { build } from './build/build.js';
import { LabError } from './fail.js';
import { flavour } from './flavours/chosen.js';
import { hostNames, hostSpec } from './hosts.js';
import { lab } from './lab.js';
import { lockHolder, withLock } from './lock.js';
import { paths } from './paths.js';
import { recordAll } from './recorder/record.js';
import { say } from './say.js';

const usage = `${flavour.title}.

  npm run lab -- build                 make the images (only what is missing)
  npm run lab -- up                    both hosts in their prepared state
  npm run lab -- reset                 back to the prepared state, in seconds
  npm run lab -- ssh HOST COMMAND...   run a command on ${hostNames.join(' or ')}
  npm run lab -- residue               what differs from the prepared state
  npm run lab -- record FOLDER         record the tools' answers on dom0a into FOLDER
  npm run lab -- status                what runs, where, how to reach it
  npm run lab -- down                  stop both hosts

  npm run lab -- --flavour kvm ...     the same with libvirt's QEMU driver instead of Xen; also by
                                       XEN_BACKUP_LAB_FLAVOUR=kvm. Both pairs may exist at once.

Everything lies in ${paths.cache} (change it with XEN_BACKUP_LAB_DIR).
`;

/** One command of `npm run lab`; gives the exit code. */
export async function runCommand(words: readonly string[]): Promise<number> {
  const [command, ...rest] = words;
  switch (command) {
    case 'build':
      await withLock('build', () => build());
      return 0;
    case 'up':
      await lab.up();
      console.log(await lab.status());
      return 0;
    case 'reset':
      await lab.reset();
      return 0;
    case 'down':
      await lab.down();
      return 0;
    case 'status':
      console.log(await lab.status());
      return 0;
    case 'residue':
      return await printResidue();
    case 'record':
      await withLock('record', () => record(rest));
      return 0;
    case 'ssh':
      return await ssh(rest);
    default:
      console.error(usage);
      return command === undefined || command === 'help' || command === '--help' ? 0 : 2;
  }
}

async function printResidue(): Promise<number> {
  const items = await lab.residue();
  for (const { host, kind, change, what } of items) {
    console.log(`${host} ${kind} ${change === 'extra' ? '+' : '-'} ${what}`);
  }
  say(`${items.length} differences from the prepared state`);
  return items.length === 0 ? 0 : 1;
}

async function record([folder]: readonly string[]): Promise<void> {
  if (folder === undefined) throw new LabError('record needs a folder');
  await lab.reset();
  await recordAll(lab.host('dom0a'), folder);
}

async function ssh(words: readonly string[]): Promise<number> {
  const [name, first, ...rest] = words;
  if (name === undefined || first === undefined) {
    throw new LabError('ssh needs a host and a command', {
      remedy: `for a shell: ssh -F ${paths.sshConfig} dom0a`,
    });
  }
  const holder = lockHolder();
  if (holder !== undefined) console.error(`lab: in use by ${holder}`);
  const result = await lab.host(hostSpec(name).name).exec([first, ...rest], { timeoutMs: 600_000 });
  writeSync(1, result.stdout);
  writeSync(2, result.stderr);
  return result.exitCode;
}
