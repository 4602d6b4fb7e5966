/**
 * A server that does nothing but write down which route was asked with what. It holds every request to the schemas of
 * that route, as the real one would, and answers in the documented shape.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Route } from '../../src/http/route.ts';
import { ROUTES } from '../../src/http/routes/index.ts';
import { documented, sampleOf } from './sample.ts';

export interface Asked {
  readonly route: Route;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export interface Recorder {
  readonly url: string;
  /** In the order of arrival; emptied by whoever reads them. */
  take(): Asked[];
  close(): Promise<void>;
}

const PATTERNS = ROUTES.map((route) => ({
  route,
  pattern: new RegExp(`^${route.path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`),
  // What is spelled out goes before what is a parameter, as in the server.
  parameters: route.path.split('{').length,
})).sort((a, b) => a.parameters - b.parameters);

export function routeOf(method: string, path: string): Route | undefined {
  return PATTERNS.find(({ route, pattern }) => route.method === method && pattern.test(path))?.route;
}

export async function startRecorder(): Promise<Recorder> {
  let asked: Asked[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://recorder');
    const say = (status: number, body: unknown, type = 'application/json') => {
      response.writeHead(status, { 'content-type': type });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    };
    const route = routeOf(request.method ?? '', url.pathname);
    if (route === undefined)
      return say(404, problem('not_found', `no route ${request.method} ${url.pathname}`));
    const sent = await text(request);
    const query = Object.fromEntries(url.searchParams);
    const body: unknown = sent === '' ? undefined : JSON.parse(sent);
    asked.push({ route, query, body });
    const faults = [
      ...(route.query?.safeParse(query).error?.issues ?? []),
      ...((route.described ?? route.body)?.safeParse(body).error?.issues ?? []),
    ];
    if (faults.length > 0) return say(400, problem('invalid_request', JSON.stringify(faults)));
    // It would go on until somebody ends it.
    if (route.live === true) return say(403, problem('forbidden', 'the recorder has no stream'));
    const wanted = query.format === 'csv' ? 'text/csv' : 'application/json';
    const answers = documented(route, wanted);
    const type = answers[0]?.media ?? 'application/json';
    if (type === 'application/x-ndjson') return say(200, '{"type":"end"}\n', type);
    const schemas = answers.flatMap(({ schema }) => (schema === undefined ? [] : [schema]));
    if (schemas.length === 0) return say(route.status, '', type);
    if (type !== 'application/json') return say(route.status, 'a,b\r\n', type);
    // Of several, one that is all of them; the first says what they have in common.
    const samples = schemas.map((schema) => sampleOf(schema, { goesOn: query.cursor === undefined }));
    say(route.status, Object.assign({}, ...samples.reverse()));
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    take: () => {
      const taken = asked;
      asked = [];
      return taken;
    },
    close: () => new Promise((resolve) => server.close(() => resolve()).closeAllConnections()),
  };
}

const problem = (code: string, detail: string) => ({ type: 'about:blank', title: code, code, detail });
