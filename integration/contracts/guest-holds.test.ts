import { domainNamed, resumeDomain, suspendDomain } from '../../fakes/domains/operations.js';
import { simulatedGuestHolds } from '../../fakes/ports/guest-holds.js';
import { parseScenario } from '../../fakes/scenario/load.js';
import { createSimulation, type Simulation } from '../../fakes/simulation.js';
import type { Machine } from '../../fakes/world/state.js';
import { createHostFiles } from '../../src/adapters/host-files/index.js';
import { createGuestHolds } from '../../src/adapters/virsh/holds/index.js';
import type { GuestHolds } from '../../src/ports/index.js';
import { describeGuestHolds, type OpenedHolds } from './guest-holds.contract.js';

const guest = "it's; dc1";

const scenario = `
version: 1
hosts:
  dom0a: { volumeGroups: { vg: { size: 1GiB } }, volumes: { vg/dc1: { size: 64MiB } } }
domains:
  "${guest}": { disks: { xvda: /dev/vg/dc1 }, hosts: { dom0a: running } }
`;

async function open(
  make: (simulation: Simulation, machine: Machine) => GuestHolds,
): Promise<OpenedHolds> {
  const simulation = await createSimulation(parseScenario(scenario, 'holds.yaml'));
  const machine = simulation.machine('dom0a');
  const domain = domainNamed(machine, guest);
  return {
    holds: make(simulation, machine),
    guest,
    state: async () => domain.state,
    operator: async (deed) => {
      if (deed === 'suspend') suspendDomain(machine, domain);
      else resumeDomain(machine, domain);
    },
    pass: (durationMs) => simulation.clock.sleep(durationMs),
    close: async () => undefined,
  };
}

describeGuestHolds({
  name: 'the real adapter on a simulated machine',
  timers: ['systemd', 'setsid'],
  limitMs: 5_000,
  open: () =>
    open((simulation, machine) => {
      const { clock } = simulation;
      const options = { runner: simulation.runner(machine), hostName: machine.name, clock };
      const files = createHostFiles(options);
      return createGuestHolds({ ...options, files, libvirtUri: 'xen:///system' });
    }),
});

describeGuestHolds({
  name: 'the port-level fake on a simulated machine',
  timers: ['systemd', 'setsid'],
  limitMs: 5_000,
  open: () => open((_simulation, machine) => simulatedGuestHolds(machine)),
});
