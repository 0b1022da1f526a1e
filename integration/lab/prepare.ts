import { build } from './build/build.js';
import { buildOnce, forget } from './build/once.js';
import { waitForLogin } from './console.js';
import { flavour } from './flavours/chosen.js';
import { guests, type GuestSpec } from './guests.js';
import { peerOf } from './hosts.js';
import type { LabHost } from './host.js';
import { bootFresh, isPrepared, labHosts, loadAll, saveAll, stopAll } from './machines.js';
import { paths } from './paths.js';
import { takeBaseline } from './residue.js';
import { timed } from './say.js';
import { waitFor } from './wait.js';

/** Builds what is missing, boots both hosts once, starts the guests and saves everything. */
export async function prepare(): Promise<void> {
  const built = await build();
  const boot = {
    name: 'prepared',
    sources: ['prepare.ts', 'qemu/command.ts'],
    given: [`${flavour.memoryMiB}`, ...flavour.boot(paths)],
    after: [built],
    work: bootAndSave,
  };
  const look = { name: 'baseline', sources: ['probes/residue.ts'], work: takeBaselineAfterLoad };
  if (!(await isPrepared())) await forget(boot.name);
  await buildOnce({ ...look, after: [await buildOnce(boot)] });
}

async function bootAndSave(): Promise<void> {
  try {
    await timed('booting both hosts', bootFresh);
    await timed('settling', settle);
    await timed('starting the guests', startGuests);
    await timed('saving both hosts', saveAll);
  } finally {
    await stopAll();
  }
}

/** The baseline is what a `reset` gives, so it is taken from a loaded pair. */
async function takeBaselineAfterLoad(): Promise<void> {
  await loadAll();
  await takeBaseline(labHosts);
  await stopAll();
}

/** Both hosts are complete: libvirt answers, the link works in both directions, by key. */
async function settle(): Promise<void> {
  await Promise.all(
    labHosts.map(async (host) => {
      await host.must(['systemctl', 'start', 'dm-event.service']);
      await waitFor(
        `libvirt on ${host.name}`,
        async () => {
          const list = await host.exec(['virsh', 'list', '--all']);
          return list.exitCode === 0 ? true : undefined;
        },
        { timeoutMs: 180_000 },
      );
      const peer = peerOf(host.spec);
      await host.must(['ssh', '-o', 'BatchMode=yes', peer.name, 'true']);
      for (const guest of guests) {
        await host.must(['virsh', 'define', `/root/guests/${guest.name}.xml`]);
      }
    }),
  );
}

async function startGuests(): Promise<void> {
  await Promise.all(
    guests.map(async (guest) => {
      const host = labHosts.find((each) => each.name === guest.runsOn);
      if (host !== undefined) await startGuest(host, guest);
    }),
  );
}

async function startGuest(host: LabHost, guest: GuestSpec): Promise<void> {
  await host.must(['virsh', 'start', guest.name]);
  await waitForLogin(host, guest.name, 0);
}
