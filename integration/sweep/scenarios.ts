import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../fixtures/scenarios/', import.meta.url));

/** Names of all shipped scenarios. */
export function shippedScenarios(): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => name.slice(0, -'.yaml'.length))
    .sort();
}

/** Text of a shipped scenario. */
export function scenarioText(name: string): string {
  return readFileSync(`${folder}${name}.yaml`, 'utf8');
}
