import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isXenBackupError } from '../../src/core/errors/index.js';
import { createSimulation } from '../simulation.js';
import { scenarioJsonSchemaText } from './json-schema.js';
import { parseScenario } from './load.js';

const directory = 'fixtures/scenarios';
const shipped = readdirSync(directory).filter((name) => name.endsWith('.yaml'));

const smallest = `
version: 1
hosts:
  dom0a:
    volumeGroups: { VG: { size: 1GiB } }
    volumes:
      VG/disk: { size: 100MiB, content: { fileSystem: ext4, files: { /a: "text" } } }
`;

function problemsOf(text: string): readonly string[] {
  try {
    parseScenario(text, 'scenario.yaml');
    return [];
  } catch (error) {
    if (!isXenBackupError(error, 'scenario-invalid')) throw error;
    return error.message.split('\n');
  }
}

describe('a scenario', () => {
  it.each(shipped)('%s of those shipped can be read and built', async (name) => {
    const scenario = parseScenario(readFileSync(`${directory}/${name}`, 'utf8'), name);
    const simulation = await createSimulation(scenario);
    expect([...simulation.world.machines.keys()]).toEqual(Object.keys(scenario.hosts));
  });

  it('needs nothing but hosts', () => {
    expect(problemsOf(smallest)).toEqual([]);
  });

  it('names line and column of an unknown key, and the key that was meant', () => {
    expect(problemsOf(smallest.replace('volumeGroups', 'volumeGroup'))).toEqual([
      'scenario.yaml:5:5: unknown key hosts.dom0a.volumeGroup; did you mean "volumeGroups"?',
    ]);
  });

  it('refuses another version, sizes without meaning and contents that are two things', () => {
    expect(problemsOf(smallest.replace('version: 1', 'version: 2'))[0]).toContain(
      'scenario.yaml:2:10',
    );
    expect(problemsOf(smallest.replace('100MiB', 'large'))[0]).toContain('scenario.yaml:7:24');
    expect(
      problemsOf(smallest.replace('fileSystem: ext4', 'fileSystem: ext4, swap: true')),
    ).toHaveLength(1);
  });

  it('finds names of hosts that lead nowhere', () => {
    const text = `${smallest}runOn: dom0b\nfaults: [{ host: dom0x, command: lvs, effect: { delay: 1s } }]\n`;
    expect(problemsOf(text)).toEqual([
      expect.stringContaining('there is no host dom0b under hosts; did you mean "dom0a"?'),
      expect.stringContaining('there is no host dom0x under hosts'),
    ]);
  });

  it('checks the configuration inside as config check does', () => {
    const text = `${smallest}configuration: { hosts: { dom0a: {} }, guests: { g: { hosts: [dom0a, dom0a] } } }\n`;
    expect(problemsOf(text)[0]).toContain('names the host "dom0a" twice');
  });

  it('says what does not fit when it is built', async () => {
    const scenario = parseScenario(smallest.replace('100MiB', '3GiB'), 'scenario.yaml');
    await expect(createSimulation(scenario)).rejects.toMatchObject({ code: 'scenario-invalid' });
  });

  it('is the same world every time', async () => {
    const uuids = async (): Promise<readonly string[]> => {
      const { world } = await createSimulation(parseScenario(smallest, 'scenario.yaml'));
      return [...world.machines.values()].map(({ bootId, machineId }) => bootId + machineId);
    };
    expect(await uuids()).toEqual(await uuids());
  });
});

describe('the JSON schema of scenarios', () => {
  it('is up to date (npm run schema)', () => {
    expect(readFileSync('schema/scenario.schema.json', 'utf8')).toBe(scenarioJsonSchemaText());
  });
});
