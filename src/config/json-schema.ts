import { z } from 'zod';
import { configurationSchema } from './schema.js';

/** The part of a JSON schema that we look into ourselves. */
export interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>> | undefined;
  readonly additionalProperties?: JsonSchema | boolean | undefined;
  readonly anyOf?: readonly JsonSchema[] | undefined;
  readonly [keyword: string]: unknown;
}

/**
 * JSON schema (draft-07, which editors speak) of what people write: before sizes and durations
 * become numbers.
 */
function generate(schema: z.ZodType) {
  return z.toJSONSchema(schema, {
    target: 'draft-07',
    io: 'input',
    override: ({ zodSchema, jsonSchema }) => {
      // zod drops examples where it transforms, as they might be of the result. Ours never are.
      const examples = z.globalRegistry.get(zodSchema)?.['examples'];
      if (Array.isArray(examples)) jsonSchema.examples = examples;
    },
  });
}

/** A JSON schema as it stands in a file: two blanks of indentation, a line end at the end. */
export function jsonSchemaText(schema: z.ZodType): string {
  return `${JSON.stringify(generate(schema), null, 2)}\n`;
}

/** The JSON schema of the configuration, as the file `schema/config.schema.json` holds it. */
export function configurationJsonSchemaText(): string {
  return jsonSchemaText(configurationSchema);
}

/** The same as data, to look into. */
export function jsonSchemaOf(schema: z.ZodType): JsonSchema {
  return jsonSchemaShape.parse(JSON.parse(jsonSchemaText(schema)));
}

const jsonSchemaShape: z.ZodType<JsonSchema> = z.lazy(() =>
  z.looseObject({
    properties: z.record(z.string(), jsonSchemaShape).optional(),
    additionalProperties: z.union([z.boolean(), jsonSchemaShape]).optional(),
    anyOf: z.array(jsonSchemaShape).optional(),
  }),
);

/** Keys that a schema knows at a path; empty where any key may stand. */
export function knownKeysAt(schema: JsonSchema, path: readonly PropertyKey[]): readonly string[] {
  const [step, ...rest] = path;
  if (step === undefined) {
    return alternatives(schema).flatMap((option) => Object.keys(option.properties ?? {}));
  }
  return alternatives(schema).flatMap((option) => {
    const below = option.properties?.[String(step)] ?? option.additionalProperties;
    return typeof below === 'object' ? knownKeysAt(below, rest) : [];
  });
}

/** Every place where a schema knows a key, as `defaults` or `guests.NAME`. */
export function homesOfKey(schema: JsonSchema, key: string): readonly string[] {
  const visit = (current: JsonSchema, path: readonly string[]): readonly string[] =>
    alternatives(current).flatMap((option) => [
      ...(option.properties?.[key] === undefined ? [] : [path.join('.')]),
      ...Object.entries(option.properties ?? {}).flatMap(([name, below]) =>
        visit(below, [...path, name]),
      ),
      ...(typeof option.additionalProperties === 'object'
        ? visit(option.additionalProperties, [...path, 'NAME'])
        : []),
    ]);
  return visit(schema, []);
}

function alternatives(schema: JsonSchema): readonly JsonSchema[] {
  return schema.anyOf === undefined ? [schema] : [schema, ...schema.anyOf.flatMap(alternatives)];
}
