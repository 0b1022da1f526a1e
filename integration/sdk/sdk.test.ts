import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  check,
  CommandTrace,
  createSimulatedConnector,
  isXenBackupError,
  loadConfiguration,
  plan,
  recover,
  run,
  type RunEvent,
} from '../../src/index.js';
import { createSimulation, parseScenario } from '../../fakes/index.js';
import { twoHosts } from '../cli/scenarios.js';

const folder = mkdtempSync(join(tmpdir(), 'xen-backup-sdk-'));
const file = join(folder, 'config.yaml');
writeFileSync(
  file,
  'hosts: { dom0a: , dom0b: }\nguests: { web: { hosts: [dom0a, dom0b], exclude: [/var/tmp/*] } }\n',
);
afterAll(() => {
  rmSync(folder, { recursive: true });
});

async function simulated(trace?: CommandTrace) {
  const { configuration } = await loadConfiguration({ file });
  const simulation = await createSimulation(parseScenario(twoHosts(), 'two-hosts.yaml'));
  const options = trace === undefined ? {} : { trace };
  return {
    simulation,
    configuration,
    connector: createSimulatedConnector(simulation, configuration, options),
  };
}

describe('the SDK', () => {
  it('runs with a listener: the last event is the report that run() gives', async () => {
    const { configuration, connector } = await simulated();
    const events: RunEvent[] = [];
    const report = await run({
      configuration,
      connector,
      guests: ['web'],
      onEvent: (event) => events.push(event),
    });
    expect(report.exitCode).toBe(0);
    expect(report.runId).toMatch(/^[a-z0-9]{10}$/);
    expect(report.guests[0]?.targets[0]).toMatchObject({ host: 'dom0b', outcome: 'done' });
    expect(events.at(-1)).toMatchObject({ type: 'report', report });
  });

  it('lives by the time of the simulation', async () => {
    const { configuration, connector, simulation } = await simulated();
    const startMs = simulation.clock.elapsedMs();
    const { durationMs } = await run({ configuration, connector });
    expect(durationMs).toBeGreaterThan(500);
    expect(simulation.clock.elapsedMs() - startMs).toBeGreaterThanOrEqual(durationMs);
  });

  it('plans without changing a target, and can show every command', async () => {
    const { simulation: clock } = await simulated();
    const trace = new CommandTrace(clock.clock);
    const { configuration, connector } = await simulated(trace);
    const { plans, report } = await plan({ configuration, connector });
    expect(report.command).toBe('plan');
    expect(plans[0]?.targets[0]?.transfers[0]).toMatchObject({ guestPath: '/' });
    expect(trace.commands.some(({ argv }) => argv.includes('rsync'))).toBe(false);
  });

  it('counts in a dry run', async () => {
    const { configuration, connector } = await simulated();
    const report = await run({ configuration, connector, mode: 'dry-run' });
    expect(report).toMatchObject({ command: 'dry-run', exitCode: 0 });
  });

  it('takes everything down when it is told to stop', async () => {
    const { configuration, connector, simulation } = await simulated();
    const stop = new AbortController();
    const report = await run({
      configuration,
      connector,
      signal: stop.signal,
      onEvent: ({ type }) => {
        if (type === 'source-opened') stop.abort(new Error('enough'));
      },
    });
    expect(report).toMatchObject({ exitCode: 10, residue: [] });
    const dom0a = simulation.world.machines.get('dom0a');
    expect([...(dom0a?.mounts ?? [])].map(({ mountPoint }) => mountPoint)).toEqual(['/']);
  });

  it('checks', async () => {
    const { configuration, connector } = await simulated();
    const { findings } = await check({ configuration, connector, guests: ['web'] });
    expect(findings.map(({ subject }) => subject)).toContain('layout');
  });

  it('recovers', async () => {
    const { configuration, connector } = await simulated();
    expect(await recover({ configuration, connector })).toMatchObject({ exitCode: 0 });
  });

  it('is not disturbed by a listener that throws', async () => {
    const { configuration, connector } = await simulated();
    const warned = new Promise<Error>((resolve) => process.once('warning', resolve));
    const report = await run({
      configuration,
      connector,
      onEvent: () => {
        throw new Error('a bad listener');
      },
    });
    expect(report.exitCode).toBe(0);
    expect((await warned).message).toBe('a bad listener');
  });

  it('throws errors with a code, a message and a remedy', async () => {
    const { configuration, connector } = await simulated();
    const error: unknown = await run({ configuration, connector, guests: ['x'] }).catch(
      (thrown: unknown) => thrown,
    );
    expect(isXenBackupError(error, 'guest-unknown') && error.remedy).toContain('web');
    await expect(loadConfiguration({ file: join(folder, 'none') })).rejects.toMatchObject({
      code: 'configuration-missing',
    });
  });
});
