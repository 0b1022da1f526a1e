// Writes the JSON schemas that editors use. Run by `npm run schema` (through tsx, for the TypeScript
// sources); a test fails while a file is out of date.
import { mkdirSync, writeFileSync } from 'node:fs';
import { scenarioJsonSchemaText } from '../fakes/scenario/json-schema.ts';
import { configurationJsonSchemaText } from '../src/config/json-schema.ts';

const schemas = {
  'config.schema.json': configurationJsonSchemaText,
  'scenario.schema.json': scenarioJsonSchemaText,
};

const directory = new URL('../schema/', import.meta.url);
mkdirSync(directory, { recursive: true });
for (const [name, generate] of Object.entries(schemas)) {
  writeFileSync(new URL(name, directory), generate());
}
