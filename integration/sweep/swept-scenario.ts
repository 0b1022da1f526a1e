import { FaultScript } from '../../fakes/faults/script.js';
import type { FaultRule } from '../../fakes/faults/types.js';
import { cloneWorld } from '../../fakes/saved/clone-world.js';
import { buildWorld } from '../../fakes/scenario/build.js';
import { controlTrust } from '../../fakes/scenario/build-network.js';
import { parseScenario, type Scenario } from '../../fakes/scenario/load.js';
import { faultRule } from '../../fakes/scenario/schema-fault.js';
import { outside } from '../../fakes/network/types.js';
import { Simulation } from '../../fakes/simulation.js';
import type { World } from '../../fakes/world/state.js';
import type { Configuration } from '../../src/index.js';

/** A scenario that is read and built once; each case begins with a clone of its world. */
export class SweptScenario {
  readonly name: string;
  readonly configuration: Configuration;
  readonly #scenario: Scenario;
  readonly #world: World;

  private constructor(name: string, scenario: Scenario, world: World) {
    const { resolved } = scenario;
    if (resolved === undefined) throw new Error(`scenario ${name} has no configuration`);
    this.name = name;
    this.configuration = resolved.configuration;
    this.#scenario = scenario;
    this.#world = world;
  }

  static async build(name: string, text: string): Promise<SweptScenario> {
    const scenario = parseScenario(text, `${name}.yaml`);
    return new SweptScenario(name, scenario, await buildWorld(scenario));
  }

  /** The scenario's own faults, in its own words. */
  get ownFaults(): readonly FaultRule[] {
    return (this.#scenario.faults ?? []).map(faultRule);
  }

  /** The world as it stands before anything; not to be changed. */
  get world(): World {
    return this.#world;
  }

  /** The same hosts as they stand in this world, and no faults of their own any more. */
  after(world: World): SweptScenario {
    const { faults: _, ...scenario } = this.#scenario;
    return new SweptScenario(this.name, scenario, world);
  }

  /** xen-backup in a world of its own, with these faults. */
  begin(faults: readonly FaultRule[]): Simulation {
    return this.resume(cloneWorld(this.#world), faults);
  }

  /** xen-backup once more (or a second one at the same time) in a world that goes on. */
  resume(world: World, faults: readonly FaultRule[] = []): Simulation {
    const { ssh, runOn = outside, resolved } = this.#scenario;
    return new Simulation({
      world,
      faults: new FaultScript(faults),
      controlTrust: controlTrust(ssh, runOn),
      runOn,
      ...(resolved === undefined ? {} : { configuration: resolved }),
    });
  }
}
