/** The OpenAPI 3.1 document, made from the same routes and schemas that serve the requests. */
import { z } from 'zod';
import { PROBLEMS, type ProblemCode } from '../errors.ts';
import { PROBLEM_TYPE } from './problems.ts';
import type { Documented, Route } from './route.ts';
import * as access from './schemas/access.ts';
import * as account from './schemas/account.ts';
import * as accountLife from './schemas/account-life.ts';
import * as act from './schemas/act.ts';
import * as campaign from './schemas/campaign.ts';
import * as catalog from './schemas/catalog.ts';
import * as forecast from './schemas/forecast.ts';
import * as history from './schemas/history.ts';
import * as operation from './schemas/operation.ts';
import * as primitives from './schemas/primitives.ts';
import * as problem from './schemas/problem.ts';
import * as purchase from './schemas/purchase.ts';
import * as staff from './schemas/staff.ts';
import * as subscription from './schemas/subscription.ts';
import * as team from './schemas/team.ts';

type JsonSchema = Record<string, unknown>;

const MODULES = [
  primitives,
  account,
  accountLife,
  operation,
  subscription,
  team,
  campaign,
  purchase,
  history,
  forecast,
  catalog,
  access,
  act,
  staff,
  problem,
];

const DESCRIPTION = `Credits of several classes, spent in one fixed order, correct to the last credit.

Amounts are numbers of credits; times are RFC 3339 UTC. Unknown request fields are refused. Every change takes an
\`Idempotency-Key\`: the same key with the same input gives the first answer again, with \`Idempotency-Replayed: true\`.
Refusals are RFC 9457 problem documents; switch on their \`code\`.`;

/** The document for these routes. */
export function openApiDocument(routes: readonly Route[], version: string): object {
  const schemas = new Schemas(routes);
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operationOf(route, schemas) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Drawdown',
      version,
      description: DESCRIPTION,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: [...new Set(routes.map((route) => route.tag))].map((name) => ({ name })),
    paths,
    components: { schemas: schemas.named, securitySchemes: SECURITY_SCHEMES },
  };
}

const SECURITY_SCHEMES = {
  secretKey: {
    type: 'http',
    scheme: 'bearer',
    description: "`sk_…`: the product's server, within the key's scopes.",
  },
  adminKey: {
    type: 'http',
    scheme: 'bearer',
    description: "`ak_…`: one of the staff, within the key's scopes; with `admin` all of them.",
  },
  session: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'From `POST /v1/sessions`: one person on one surface, for a short while.',
  },
};

/** Every schema of the routes as JSON Schema: named ones once, as components; the rest in place. */
class Schemas {
  readonly named: Record<string, JsonSchema> = {};
  readonly #inline = new Map<z.ZodType, JsonSchema>();

  constructor(routes: readonly Route[]) {
    const registry = z.registry<{ id: string }>();
    for (const schema of MODULES.flatMap((module) => Object.values<unknown>(module))) {
      if (!(schema instanceof z.ZodType)) continue;
      const id = schema.meta()?.id;
      if (id !== undefined) registry.add(schema, { id });
    }
    const inline = [...new Set(routes.flatMap(schemasOf))].filter((schema) => !registry.has(schema));
    inline.forEach((schema, index) => {
      registry.add(schema, { id: `inline:${index}` });
    });
    const all = z.toJSONSchema(registry, {
      io: 'input',
      unrepresentable: 'any',
      uri: (id) => `#/components/schemas/${id}`,
    }).schemas;
    // Named parts that only other schemas know come as one bundle, and are components as well.
    const { __shared: bundle, ...own } = all as Record<string, JsonSchema>;
    const shared = (bundle?.$defs ?? {}) as Record<string, JsonSchema>;
    const bodies = new Map(Object.entries({ ...shared, ...own }).map(([id, body]) => [id, bodyOf(body)]));
    for (const [id, body] of bodies) {
      const found = inline[inlineIndex(id) ?? -1];
      if (found === undefined) this.named[id] = resolved(body, bodies);
      else this.#inline.set(found, resolved(body, bodies));
    }
  }

  of(schema: z.ZodType): JsonSchema {
    const inline = this.#inline.get(schema);
    return inline ?? { $ref: `#/components/schemas/${schema.meta()?.id}` };
  }

  /** The properties of an object that is a route's path or query. */
  fields(schema: z.ZodType | undefined): { name: string; required: boolean; schema: JsonSchema }[] {
    const object = schema === undefined ? {} : this.of(schema);
    const required = new Set(object.required as string[] | undefined);
    const properties = (object.properties ?? {}) as Record<string, JsonSchema>;
    return Object.entries(properties).map(([name, field]) => ({
      name,
      required: required.has(name),
      schema: field,
    }));
  }
}

function bodyOf({ $schema: _schema, $id: _id, id: _name, ...body }: JsonSchema): JsonSchema {
  return body;
}

function inlineIndex(id: string): number | undefined {
  const index = /^inline:(\d+)$/.exec(id)?.[1];
  return index === undefined ? undefined : Number(index);
}

/** The schema with every reference to a component; what has no name of its own stands in place. */
function resolved(part: JsonSchema, bodies: ReadonlyMap<string, JsonSchema>): JsonSchema {
  const walk = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(walk);
    if (typeof value !== 'object' || value === null) return value;
    const { $ref, ...rest } = value as JsonSchema;
    const others = Object.fromEntries(Object.entries(rest).map(([key, inner]) => [key, walk(inner)]));
    if (typeof $ref !== 'string') return others;
    const id = $ref.replace(/^#\/components\/schemas\/(__shared#\/\$defs\/)?/, '');
    const body = inlineIndex(id) === undefined ? undefined : bodies.get(id);
    return body === undefined
      ? { $ref: `#/components/schemas/${id}`, ...others }
      : { ...resolved(body, bodies), ...others };
  };
  return walk(part) as JsonSchema;
}

function schemasOf(route: Route): z.ZodType[] {
  const answered = Object.values(route.answers)
    .flat()
    .map((answer) => answer.schema);
  return [route.params, route.query, route.described ?? route.body, ...answered].filter(
    (schema) => schema !== undefined,
  );
}

function operationOf(route: Route, schemas: Schemas): object {
  return {
    operationId: route.operationId,
    summary: route.summary,
    description: accessSentence(route),
    tags: [route.tag],
    security: securityOf(route),
    parameters: parametersOf(route, schemas),
    ...(route.body === undefined
      ? {}
      : { requestBody: requestBodyOf(route.described ?? route.body, schemas) }),
    responses: { ...successes(route, schemas), ...refusals(route) },
  };
}

function requestBodyOf(body: z.ZodType, schemas: Schemas): object {
  // A body of optional fields may be left out.
  const required = !body.safeParse({}).success;
  return { required, content: { 'application/json': { schema: schemas.of(body) } } };
}

function accessSentence(route: Route): string {
  if (route.scope === null) return 'Needs no credential.';
  const key =
    route.scope === 'admin' ? 'Needs a key of staff.' : `A secret key needs the scope \`${route.scope}\`.`;
  const sessions = {
    none: 'Not for session tokens.',
    any: 'Any session token may.',
    'own-account': 'A session token may for its own account and its teams.',
    'own-resource': 'A session token may where it belongs to its own account or its teams.',
    'own-hold': 'A session token may for holds that its person made.',
  }[route.sessions];
  const ofTeam = route.team === 'manager' ? ' Of a team, its owners and admins only.' : '';
  return `${key} ${sessions}${ofTeam}`;
}

function securityOf(route: Route): object[] {
  if (route.scope === null) return [];
  return [
    ...(route.scope === 'admin' ? [] : [{ secretKey: [] }]),
    { adminKey: [] },
    ...(route.sessions === 'none' ? [] : [{ session: [] }]),
  ];
}

function parametersOf(route: Route, schemas: Schemas): object[] {
  const inPath = schemas.fields(route.params).map((field) => ({ in: 'path', ...field, required: true }));
  const inQuery = schemas.fields(route.query).map((field) => ({ in: 'query', ...field }));
  const key = {
    in: 'header',
    name: 'Idempotency-Key',
    required: route.idempotency === 'required',
    description: 'One key, one effect, one answer; forever. 1–255 printable ASCII characters.',
    schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[\\x20-\\x7e]+$' },
  };
  const headers = Object.entries(route.headers ?? {}).map(([name, description]) => ({
    in: 'header',
    name,
    required: false,
    description,
    schema: { type: 'string' },
  }));
  return [...inPath, ...inQuery, ...(route.idempotency === 'none' ? [] : [key]), ...headers];
}

const REPLAYED = {
  'Idempotency-Replayed': {
    description: '`true` where the key was used before and this is the first answer again.',
    schema: { type: 'string', enum: ['true'] },
  },
};

function successes(route: Route, schemas: Schemas): Record<string, object> {
  const entries = Object.entries(route.answers).map(([status, documented]) => {
    const answers = [documented].flat();
    const media = new Map<string, Documented[]>();
    for (const answer of answers) {
      const type = answer.media ?? 'application/json';
      media.set(type, [...(media.get(type) ?? []), answer]);
    }
    const content = [...media].map(([type, alternatives]) => [type, contentOf(alternatives, schemas)]);
    return [
      status,
      {
        description: answers.map((answer) => answer.description).join('. Or: '),
        ...(route.idempotency === 'none' ? {} : { headers: REPLAYED }),
        content: Object.fromEntries(content),
      },
    ];
  });
  return Object.fromEntries(entries);
}

function contentOf(alternatives: readonly Documented[], schemas: Schemas): object {
  const shapes = alternatives.flatMap(({ schema }) => (schema === undefined ? [] : [schemas.of(schema)]));
  const example = alternatives.find((answer) => answer.example !== undefined)?.example;
  return {
    schema: shapes.length === 1 ? shapes[0] : { oneOf: shapes },
    ...(example === undefined ? {} : { example }),
  };
}

/** The refusals that follow from what a route takes, before its own. */
export function problemsOf(route: Route): ProblemCode[] {
  const codes: ProblemCode[] = [];
  if (route.params ?? route.query ?? route.body) codes.push('invalid_request');
  if (route.idempotency === 'required') codes.push('idempotency_key_required');
  if (route.idempotency !== 'none') codes.push('account_closed');
  if (route.scope !== null) codes.push('unauthenticated', 'invalid_token', 'token_expired', 'forbidden');
  if (route.team !== undefined) codes.push('not_a_member');
  if (route.body !== undefined) codes.push('payload_too_large', 'unsupported_media_type');
  if (route.unlimited !== true) codes.push('rate_limited', 'unavailable');
  return [...new Set<ProblemCode>([...codes, ...route.problems, 'internal'])];
}

function refusals(route: Route): Record<string, object> {
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of problemsOf(route)) {
    const { status } = PROBLEMS[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const entries = [...byStatus]
    .sort(([a], [b]) => a - b)
    .map(([status, codes]) => {
      const description = codes.map((code) => `\`${code}\`: ${PROBLEMS[code].title}`).join('. ');
      const [media] = PROBLEM_TYPE.split(';');
      const schema = { $ref: '#/components/schemas/Problem' };
      return [String(status), { description, content: { [String(media)]: { schema } } }];
    });
  return Object.fromEntries(entries);
}
