/** An answer of the shape that a route documents, so that whoever asks has something to read. */
import type { z } from 'zod';
import type { Documented, Route } from '../../src/http/route.ts';
import { dereferenced, type JsonSchema, jsonSchemaOf } from './fields.ts';

const INSTANT = '2026-03-25T10:00:00.000Z';
/** As deep as answers are; what goes on is left out. */
const MAX_DEPTH = 12;

/** `goesOn`: a list has another page after this one. */
export function sampleOf(schema: z.ZodType, { goesOn }: { goesOn: boolean }): unknown {
  const root = jsonSchemaOf(schema, 'output');
  const make = (part: JsonSchema, name: string, depth: number): unknown => {
    const here = dereferenced(part, root);
    if (name === 'next_cursor') return goesOn ? 'more' : null;
    if (depth > MAX_DEPTH) return null;
    if ('const' in here) return here.const;
    if (Array.isArray(here.enum)) return here.enum[0];
    const variants = ((here.anyOf ?? here.oneOf) as JsonSchema[] | undefined)?.filter(
      (one) => one.type !== 'null',
    );
    if (variants?.[0] !== undefined) {
      const made = variants.map((one) => make(one, name, depth));
      // Which of them is meant depends on the request: one that is all of them serves any.
      const areObjects = made.every((one) => typeof one === 'object' && one !== null && !Array.isArray(one));
      return areObjects ? Object.assign({}, ...made.reverse()) : made[0];
    }
    if (here.format === 'date-time') return INSTANT;
    switch (here.type) {
      case 'object': {
        const properties = Object.entries((here.properties ?? {}) as Record<string, JsonSchema>);
        return Object.fromEntries(properties.map(([key, field]) => [key, make(field, key, depth + 1)]));
      }
      case 'array':
        return [make(here.items as JsonSchema, name, depth + 1)];
      case 'number':
      case 'integer':
        return 1;
      case 'boolean':
        return true;
      case 'string':
        // Sent back with what was shown, and held to its form.
        return name === 'preview' ? `pvw_${'0'.repeat(32)}` : `a_${name}`;
      default:
        return null;
    }
  };
  return make(root, '', 0);
}

/** What an answer with this status, and of this media type, may be. */
export function documented(route: Route, media: string): readonly Documented[] {
  const answers = [route.answers[route.status] ?? []].flat();
  const fitting = answers.filter((one) => (one.media ?? 'application/json') === media);
  return fitting.length > 0 ? fitting : answers;
}
