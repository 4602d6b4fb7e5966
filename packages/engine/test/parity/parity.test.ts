/**
 * HTTP, client and command line go together: each route has a method and a command, each field of a request a type and an
 * option. Nothing of that is a list that somebody keeps: what a method or a command asks is found by running it.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { runProgram } from '../../src/cli/program.ts';
import { COMMANDS } from '../../src/cli.ts';
import type { Route } from '../../src/http/route.ts';
import { ROUTES } from '../../src/http/routes/index.ts';
import { type Call, clientCalls, typedFields } from './client-calls.ts';
import { COMMAND_LINES } from './command-lines.ts';
import { WITHOUT_COMMAND, WITHOUT_METHOD, WITHOUT_OPTION, WITHOUT_TYPE } from './exceptions.ts';
import { bodyFields, queryFields, valueFields } from './fields.ts';
import { startRecorder } from './recorder.ts';

const ids = (routes: readonly Route[]) => routes.map((route) => route.operationId);
const named = (route: Route, fields: readonly string[]) =>
  fields.map((field) => `${route.operationId} ${field}`);
const fieldsOf = (route: Route) => [...bodyFields(route), ...queryFields(route)];

describe('the client', () => {
  let calls: Call[];
  beforeAll(async () => {
    calls = await clientCalls();
  });

  test('has a method for each route, but those that are none of its business', () => {
    const reached = new Set(calls.map(({ route }) => route));
    expect(ids(ROUTES.filter((route) => !reached.has(route))).sort()).toEqual(
      Object.keys(WITHOUT_METHOD).sort(),
    );
  });

  test('types each field of each request, and no field that a route does not take', () => {
    const typesOf = typedFields();
    const [untyped, unknown]: [string[], string[]] = [[], []];
    for (const route of ROUTES.filter(({ operationId }) => !(operationId in WITHOUT_METHOD))) {
      const own = calls.filter((call) => call.route === route);
      const typed = own.flatMap(({ method, parameter }) =>
        parameter === null ? [] : typesOf(method, parameter),
      );
      const taken = fieldsOf(route);
      untyped.push(
        ...named(
          route,
          taken.filter((field) => !typed.includes(field)),
        ),
      );
      unknown.push(
        ...named(
          route,
          typed.filter((field) => !taken.includes(field)),
        ),
      );
    }
    expect(untyped.sort()).toEqual(Object.keys(WITHOUT_TYPE).sort());
    expect(unknown).toEqual([]);
  });
});

describe('the command line', () => {
  const lines = new Map<string, { code: number; said: string }>();
  /** Of each route that was asked, the fields that were stated. */
  const reached = new Map<Route, Set<string>>();
  const used = new Set<string>();

  beforeAll(async () => {
    const recorder = await startRecorder();
    const directory = mkdtempSync(join(tmpdir(), 'drawdown-parity-'));
    const batch = join(directory, 'batch.jsonl');
    writeFileSync(batch, `${JSON.stringify(OPERATION)}\n`);
    let said = '';
    const keep = (text: string | Uint8Array) => {
      said += String(text);
      return true;
    };
    const streams = [process.stdout, process.stderr].map((stream) =>
      vi.spyOn(stream, 'write').mockImplementation(keep as typeof stream.write),
    );
    try {
      for (const line of [...COMMAND_LINES, `consume-batch ${batch}`]) {
        said = '';
        const words = line.split(' ');
        used.add(nameOf(words));
        const code = await runProgram(COMMANDS, [...words, '--url', recorder.url, '--key', 'sk_any']);
        lines.set(line, { code, said });
        for (const { route, query, body } of recorder.take()) {
          const known = new Set(fieldsOf(route));
          const stated = reached.get(route) ?? new Set();
          reached.set(route, stated);
          for (const field of [...valueFields(query, known), ...valueFields(body, known)]) stated.add(field);
        }
      }
    } finally {
      for (const stream of streams) stream.mockRestore();
      rmSync(directory, { recursive: true });
      await recorder.close();
    }
  }, 120_000);

  afterAll(() => vi.restoreAllMocks());

  test('takes every line, and what it asks is what the route takes', () => {
    // 1 is a fault of its own, 2 a line or a request that cannot be.
    const faults = [...lines].filter(([, { code }]) => code === 1 || code === 2);
    expect(faults).toEqual([]);
  });

  test('has no command that talks to a server and is in none of the lines', () => {
    const talking = COMMANDS.filter((command) => command.target !== null).map(({ name }) => name);
    expect(talking.filter((name) => !used.has(name))).toEqual(['demo']);
  });

  test('reaches each route, but those that are for others', () => {
    expect(ids(ROUTES.filter((route) => !reached.has(route))).sort()).toEqual(
      Object.keys(WITHOUT_COMMAND).sort(),
    );
  });

  test('has an option for each field of each request', () => {
    const missing = [...reached].flatMap(([route, stated]) =>
      named(
        route,
        fieldsOf(route).filter((field) => !stated.has(field)),
      ),
    );
    expect(missing.sort()).toEqual(Object.keys(WITHOUT_OPTION).sort());
  });
});

/** Everything that one operation of a batch may state. */
const OPERATION = {
  account: 'u_1',
  idempotency_key: 'k_1',
  amount: 5,
  feature: 'ai_script',
  units: 2,
  surface: 'web',
  member: 'u_2',
  quote: 'qte_1',
  overdraft: true,
  metadata: { a: 1 },
};

/** The command of a line: one word, or two where commands have a group. */
function nameOf([first = '', second = '']: readonly string[]): string {
  return COMMANDS.some(({ name }) => name === `${first} ${second}`) ? `${first} ${second}` : first;
}
