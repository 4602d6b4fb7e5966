/** The process itself: health, readiness, metrics, its own description, and in development its clock. */
import { z } from 'zod';
import { route } from '../route.ts';
import { testClock, testClockRequest } from '../schemas/access.ts';
import { json } from '../schemas/primitives.ts';

const PROMETHEUS = 'text/plain; version=0.0.4; charset=utf-8';

const open = {
  method: 'GET',
  tag: 'Process',
  scope: null,
  sessions: 'any',
  idempotency: 'none',
  status: 200,
  problems: [],
} as const;

const healthz = route({
  ...open,
  path: '/healthz',
  operationId: 'getHealth',
  summary: 'The process answers',
  unlimited: true,
  answers: { 200: { description: 'It does', schema: z.object({ status: z.literal('ok') }) } },
  handler: () => ({ body: { status: 'ok' } }),
});

const readyz = route({
  ...open,
  path: '/readyz',
  operationId: 'getReadiness',
  summary: 'The database answers and is migrated',
  unlimited: true,
  answers: {
    200: {
      description: 'Requests can be served',
      schema: z.object({ status: z.literal('ready'), database: z.literal(true), schema: z.int() }),
    },
  },
  problems: ['unavailable'],
  handler: async ({ engine }) => ({ body: { status: 'ready', ...(await engine.ready()) } }),
});

const metrics = route({
  ...open,
  path: '/metrics',
  operationId: 'getMetrics',
  summary: 'Counters for Prometheus',
  unlimited: true,
  answers: { 200: { description: 'Prometheus text', schema: z.string(), media: 'text/plain' } },
  handler: async ({ metrics: all }) => ({ body: await all.text(), type: PROMETHEUS }),
});

const openapi = route({
  ...open,
  path: '/openapi.json',
  operationId: 'getOpenApi',
  summary: 'This description',
  answers: { 200: { description: 'OpenAPI 3.1', schema: json } },
  handler: ({ openapi: document }) => ({ body: document() }),
});

/** For tests and development: present only where the engine runs on a clock that can be moved. */
const clock = {
  path: '/v1/test_clock',
  tag: 'Process',
  sessions: 'none',
  idempotency: 'none',
  testClock: true,
  status: 200,
  answers: { 200: { description: "The engine's time", schema: testClock } },
} as const;

const readClock = route({
  ...clock,
  method: 'GET',
  operationId: 'getTestClock',
  summary: "Shows the engine's clock",
  scope: 'read',
  problems: [],
  handler: async ({ engine }) => ({ body: { now: new Date(await engine.now()).toISOString() } }),
});

const moveClock = route({
  ...clock,
  method: 'POST',
  operationId: 'moveTestClock',
  summary: "Moves the engine's clock forward",
  scope: 'grant',
  body: testClockRequest,
  problems: ['clock_backwards'],
  handler: async ({ engine }, { body }) => ({
    body: await ('now' in body ? engine.setTestClock(body.now) : engine.advanceTestClock(body.advance)),
  }),
});

export const processRoutes = [healthz, readyz, metrics, openapi, readClock, moveClock];
