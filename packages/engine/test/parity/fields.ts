/** Which fields a body or a query may have, by their paths: as the schema of a route says it, and as a body has them. */
import { z } from 'zod';
import type { Route } from '../../src/http/route.ts';

export type JsonSchema = { readonly [name: string]: unknown };

export function jsonSchemaOf(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  return z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as JsonSchema;
}

/** What a reference stands for; itself where it is none. */
export function dereferenced(part: JsonSchema, root: JsonSchema): JsonSchema {
  const name = /^#\/\$defs\/(.+)$/.exec(typeof part.$ref === 'string' ? part.$ref : '')?.[1];
  if (name === undefined) return part.$ref === '#' ? root : part;
  return dereferenced((root.$defs as Record<string, JsonSchema>)[name] as JsonSchema, root);
}

/** `monthly_cap.amount_minor`: every named field, of any variant; what has names of the caller's own is one field. */
export function schemaFields(schema: z.ZodType | undefined): string[] {
  if (schema === undefined) return [];
  const root = jsonSchemaOf(schema, 'input');
  const found = new Set<string>();
  const walk = (part: JsonSchema, path: string, open: readonly JsonSchema[]): void => {
    const here = dereferenced(part, root);
    if (open.includes(here)) return;
    const inside = [...open, here];
    for (const variant of ['anyOf', 'oneOf', 'allOf'].flatMap((name) => (here[name] ?? []) as JsonSchema[])) {
      walk(variant, path, inside);
    }
    if (here.items !== undefined) walk(here.items as JsonSchema, path, inside);
    for (const [name, field] of Object.entries((here.properties ?? {}) as Record<string, JsonSchema>)) {
      const at = path === '' ? name : `${path}.${name}`;
      found.add(at);
      walk(field, at, inside);
    }
  };
  walk(root, '', []);
  return [...found].sort();
}

/** The body as it is documented: where a handler judges parts of it by itself, those too. */
export const bodyFields = (route: Route): string[] => schemaFields(route.described ?? route.body);
export const queryFields = (route: Route): string[] => schemaFields(route.query);

/** The fields that a value has, as far as a schema knows them by name. */
export function valueFields(value: unknown, known: ReadonlySet<string>): string[] {
  const found = new Set<string>();
  const walk = (part: unknown, path: string): void => {
    if (Array.isArray(part)) for (const item of part) walk(item, path);
    else if (typeof part === 'object' && part !== null) {
      for (const [name, inner] of Object.entries(part)) {
        const at = path === '' ? name : `${path}.${name}`;
        if (!known.has(at)) continue;
        found.add(at);
        walk(inner, at);
      }
    }
  };
  walk(value, '');
  return [...found];
}
