import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { scenarioOf, zoo } from '../cli/capture-zoo.js';
import { saidOfGuestAtRest } from '../flow/at-rest.js';
import { createSimulation, parseScenario, type Simulation } from '../../fakes/index.js';
import { check, createSimulatedConnector, plan, recover, run } from '../../src/index.js';

/** What an operator names to the gate for the shipped scenarios: their disks that are no volumes. */
export const goldenDisks: readonly string[] = [
  ...['/srv/images/web-data.img', '/dev/sdc1'],
  ...['/srv/images/web.qcow2', '/srv/images/web-data.qcow2'],
];

const scenarios = 'fixtures/scenarios';

/** A command that ran on a simulated host, and what it was part of. */
export interface GoldenCommand {
  readonly argv: readonly [string, ...string[]];
  readonly stdin: string;
  /** `overflow.yaml run`. */
  readonly where: string;
}

type Settings = Parameters<typeof recover>[0];

/** What is done with each scenario, so that every command of ours is seen. */
const deeds: Readonly<Record<string, (simulation: Simulation) => Promise<unknown>>> = {
  check: (simulation) => check(settingsOf(simulation)),
  plan: (simulation) => plan(runSettingsOf(simulation)),
  'dry-run': (simulation) => run({ ...runSettingsOf(simulation), mode: 'dry-run' }),
  run: (simulation) => run(runSettingsOf(simulation)),
  'recover after a kill': async (simulation) => {
    // In the second real pass, or never: then the recovery finds nothing to do.
    simulation.addFault({
      name: 'kill',
      match: { command: 'xen-backup-send', occurrence: 3 },
      moment: { kind: 'during', share: 0.5 },
      effect: { kind: 'die' },
    });
    const death = new Promise<void>((resolve) => {
      simulation.death.addEventListener('abort', () => {
        resolve();
      });
    });
    await Promise.race([run(runSettingsOf(simulation)), death]);
    simulation.restart();
    await simulation.settle();
    await recover(settingsOf(simulation));
  },
};

function settingsOf(simulation: Simulation): Settings {
  const { configuration } = simulation.configuration ?? {};
  if (configuration === undefined) throw new Error('a scenario without a configuration');
  return { configuration, connector: createSimulatedConnector(simulation, configuration) };
}

function runSettingsOf(simulation: Simulation): Parameters<typeof run>[0] {
  const settings = settingsOf(simulation);
  return { ...settings, ...saidOfGuestAtRest(simulation, settings.configuration) };
}

/** What is shipped, and a file system on several devices with subvolumes. */
function goldenScenarios(): readonly (readonly [name: string, text: string])[] {
  const shipped = readdirSync(scenarios).map(
    (file) => [file, readFileSync(join(scenarios, file), 'utf8')] as const,
  );
  const several = zoo.filter(({ name }) => name.startsWith('btrfs'));
  return [...shipped, ...several.map((layout) => [layout.name, scenarioOf(layout)] as const)];
}

/** Every command that all shipped scenarios start on any host, each kind once. */
export async function goldenCommands(): Promise<readonly GoldenCommand[]> {
  const golden = new Map<string, GoldenCommand>();
  for (const [file, text] of goldenScenarios()) {
    for (const [name, perform] of Object.entries(deeds)) {
      const simulation = await createSimulation(parseScenario(text, file));
      await perform(simulation);
      for (const { argv, stdin } of simulation.commands) {
        const [tool, ...rest] = argv;
        if (tool === undefined || isOfScript(argv)) continue;
        const command = { argv: [tool, ...rest], stdin, where: `${file} ${name}` } as const;
        if (!golden.has(kindOf(argv))) golden.set(kindOf(argv), command);
      }
    }
  }
  return [...golden.values()];
}

/** What only our scripts start, on the host: command strings for virsh, maps. */
function isOfScript([tool, ...rest]: readonly string[]): boolean {
  if (tool === 'dmsetup') return rest[0] === 'create' || rest[0] === 'remove';
  return tool === 'virsh' && rest.length === 3 && (rest[2] ?? '').includes(' ');
}

/** Commands of one kind differ in numbers and run ids only. */
function kindOf(argv: readonly string[]): string {
  return argv
    .join('\0')
    .replaceAll(
      /(?<=xen-?-backup-?-|journals\/|COPY=|run-|"runId":"|\/run\/xen-backup\/|XENBACKUP-)[a-z0-9]{10}\b/g,
      'RUN',
    )
    .replaceAll(/\d+/g, '0');
}
