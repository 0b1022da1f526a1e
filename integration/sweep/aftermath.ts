import { listDirectory, exists, removeFile } from '../../fakes/filesystem/files.js';
import { healLink } from '../../fakes/network/links.js';
import { outside } from '../../fakes/network/types.js';
import { removeProcess } from '../../fakes/runner/processes.js';
import type { Simulation } from '../../fakes/simulation.js';
import type { World } from '../../fakes/world/state.js';

/** Long enough for a server to find out that its client has gone (TCP keep-alive). */
const serverPatienceMs = 8_000_000;

/** Links that were cut by a case pass again, but for those that were cut in the scenario. */
export function healNetwork(world: World, original: World): void {
  const places = [outside, ...world.machines.keys()];
  for (const left of places) {
    for (const right of places) {
      if (left !== right && !original.network.cut.has(`${left}>${right}`)) {
        healLink(world, left, right);
      }
    }
  }
}

/** Time passes until nothing moves any more. */
export async function comeToRest(simulation: Simulation): Promise<void> {
  await simulation.settle();
  const { world } = simulation;
  const isBusy = [...world.machines.values()].some(({ processes }) => processes.size > 0);
  if (isBusy) await world.clock.sleep(serverPatienceMs);
}

/** An operator ends by hand what an endless run has left. */
export function endProcesses(world: World): void {
  for (const machine of world.machines.values()) {
    for (const process of [...machine.processes.values()]) removeProcess(machine, process);
  }
}

/** The state directories survive, the journals in them do not. */
export function loseJournals(world: World, stateDirectory: string): void {
  const directory = `${stateDirectory}/journals`;
  for (const machine of world.machines.values()) {
    if (!exists(machine, directory)) continue;
    for (const { name } of listDirectory(machine, directory)) {
      removeFile(machine, `${directory}/${name}`);
    }
  }
}
