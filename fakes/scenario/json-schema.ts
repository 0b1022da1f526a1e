import { jsonSchemaText } from '../../src/config/json-schema.js';
import { scenarioSchema } from './schema.js';

/** The JSON schema of scenarios, as the file `schema/scenario.schema.json` holds it. */
export function scenarioJsonSchemaText(): string {
  return jsonSchemaText(scenarioSchema);
}
