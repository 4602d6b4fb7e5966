/** Credentials: session tokens, keys, and the key set that verifies tokens. */
import { z } from 'zod';
import { route } from '../route.ts';
import { createdKey, key, keyPage, keyRequest, session, sessionRequest } from '../schemas/access.ts';
import { json, keyId, sentence } from '../schemas/primitives.ts';
import { paging } from './params.ts';

const createSession = route({
  method: 'POST',
  path: '/v1/sessions',
  operationId: 'createSession',
  summary: 'Makes a token for one person on one surface; an account that does not exist is created',
  tag: 'Access',
  scope: 'sessions',
  sessions: 'none',
  idempotency: 'none',
  body: sessionRequest,
  status: 200,
  answers: { 200: { description: 'The token', schema: session } },
  problems: ['unknown_surface', 'not_a_member'],
  handler: async ({ sessions }, { body, call }) => ({ body: await sessions.issue(body, call.staff) }),
});

const staffOnly = {
  tag: 'Access',
  scope: 'admin',
  sessions: 'none',
  idempotency: 'none',
  status: 200,
} as const;

const createKey = route({
  ...staffOnly,
  method: 'POST',
  path: '/v1/keys',
  operationId: 'createKey',
  summary: 'Makes a key; it is shown this once',
  body: keyRequest,
  answers: { 200: { description: 'The key', schema: createdKey } },
  problems: [],
  handler: async ({ keys }, { body, call }) => ({ body: await keys.create(body, call) }),
});

const listKeys = route({
  ...staffOnly,
  method: 'GET',
  path: '/v1/keys',
  operationId: 'listKeys',
  summary: 'Lists keys, newest first, revoked ones included',
  query: z.strictObject(paging),
  answers: { 200: { description: 'A page of keys, without the keys themselves', schema: keyPage } },
  problems: ['invalid_cursor'],
  handler: async ({ keys }, { query }) => ({ body: await keys.list(query) }),
});

const revokeKey = route({
  ...staffOnly,
  method: 'DELETE',
  path: '/v1/keys/{key}',
  operationId: 'revokeKey',
  summary: 'Ends a key for good',
  params: z.strictObject({ key: keyId }),
  answers: { 200: { description: 'The revoked key', schema: key } },
  problems: ['key_not_found'],
  handler: async ({ keys }, { params, call }) => ({ body: await keys.revoke(params.key, call) }),
});

const vouchForKey = route({
  ...staffOnly,
  scope: 'approve',
  method: 'POST',
  path: '/v1/keys/{key}/vouch',
  operationId: 'vouchForKey',
  summary:
    'A second person says that a key is in other hands than its maker’s, so that it no longer counts for them',
  params: z.strictObject({ key: keyId }),
  body: z.strictObject({ reason: sentence }),
  answers: { 200: { description: 'The key', schema: key } },
  problems: ['key_not_found'],
  handler: async ({ keys }, { params, body, call }) => ({
    body: await keys.vouch(params.key, body.reason, call),
  }),
});

const getJwks = route({
  method: 'GET',
  path: '/.well-known/jwks.json',
  operationId: 'getJwks',
  summary: 'The public keys that verify session tokens',
  tag: 'Access',
  scope: null,
  sessions: 'any',
  idempotency: 'none',
  status: 200,
  answers: { 200: { description: 'A JSON Web Key Set', schema: z.object({ keys: z.array(json) }) } },
  problems: [],
  handler: async ({ engine, signing }) => ({ body: { keys: await signing.published(await engine.now()) } }),
});

export const accessRoutes = [createSession, createKey, listKeys, vouchForKey, revokeKey, getJwks];
