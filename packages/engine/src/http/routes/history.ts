/** The ledger of an account: as a list, as a statement, and live. */
import { z } from 'zod';
import type { Call, Engine } from '../../engine.ts';
import { DrawdownError, invalid } from '../../errors.ts';
import { statementCsv } from '../../records.ts';
import { usageCsv } from '../../usage.ts';
import { mayHear, withOthers } from '../also.ts';
import type { Caller } from '../caller.ts';
import { route } from '../route.ts';
import { entryPage, statement, usage } from '../schemas/history.ts';
import { accountId, catalogId, entryType, instantIn } from '../schemas/primitives.ts';
import { ofAccount, paging } from './params.ts';

const CSV = 'text/csv; charset=utf-8';
const EVENT_STREAM = 'text/event-stream';

const listEntries = route({
  method: 'GET',
  path: '/v1/accounts/{account}/entries',
  operationId: 'listEntries',
  summary: 'Lists the ledger, newest first',
  tag: 'History',
  scope: 'read',
  sessions: 'own-account',
  team: 'member',
  idempotency: 'none',
  params: ofAccount,
  query: z.strictObject({
    type: entryType.exactOptional(),
    class: catalogId.exactOptional(),
    feature: catalogId.exactOptional(),
    member: accountId.exactOptional(),
    from: instantIn.exactOptional(),
    to: instantIn.exactOptional(),
    ...paging,
  }),
  status: 200,
  answers: { 200: { description: 'A page of entries', schema: entryPage } },
  problems: ['account_not_found', 'unknown_class', 'invalid_cursor'],
  handler: async ({ engine }, { params, query, call }) => ({
    body: await engine.entries(params.account, query, call),
  }),
});

const getStatement = route({
  method: 'GET',
  path: '/v1/accounts/{account}/statement',
  operationId: 'getStatement',
  summary: 'Opening + in − out = closing, per class',
  tag: 'History',
  scope: 'read',
  sessions: 'own-account',
  team: 'manager',
  idempotency: 'none',
  params: ofAccount,
  query: z.strictObject({
    from: instantIn,
    to: instantIn,
    format: z.enum(['json', 'csv']).exactOptional(),
  }),
  status: 200,
  answers: {
    200: [
      { description: 'The statement of [from, to)', schema: statement },
      { description: 'The same as a table', schema: z.string(), media: 'text/csv' },
    ],
  },
  problems: ['account_not_found'],
  handler: async ({ engine }, { params, query: { from, to, format } }) => {
    const body = await engine.statement(params.account, { from, to });
    if (format !== 'csv') return { body };
    return {
      body: statementCsv(body),
      type: CSV,
      headers: { 'content-disposition': 'attachment; filename="statement.csv"' },
    };
  },
});

const getUsage = route({
  method: 'GET',
  path: '/v1/accounts/{account}/usage',
  operationId: 'getUsage',
  summary: 'What credits were spent on, by feature, member, day or month',
  tag: 'History',
  scope: 'read',
  sessions: 'own-account',
  team: 'member',
  idempotency: 'none',
  params: ofAccount,
  query: z.strictObject({
    from: instantIn,
    to: instantIn,
    group_by: z.string().exactOptional().meta({
      description: '`feature`, `member`, or both with a comma; `feature` where absent.',
    }),
    per: z.enum(['day', 'month']).exactOptional(),
    time_zone: z.string().exactOptional().meta({ description: "The account's own where absent." }),
    member: accountId.exactOptional(),
    format: z.enum(['json', 'csv']).exactOptional(),
  }),
  status: 200,
  answers: {
    200: [
      { description: 'What was used in [from, to)', schema: usage },
      { description: 'The same as a table', schema: z.string(), media: 'text/csv' },
    ],
  },
  problems: ['account_not_found'],
  handler: async ({ engine }, { params, query: { format, ...query }, call }) => {
    const body = await engine.usage(params.account, query, call);
    if (format !== 'csv') return { body };
    return {
      body: usageCsv(body),
      type: CSV,
      headers: { 'content-disposition': 'attachment; filename="usage.csv"' },
    };
  },
});

/** As many as a session names teams. */
const MAX_ALSO = 20;

const SEQ = /^(0|[1-9][0-9]{0,15})$/;

const streamEvents = route({
  method: 'GET',
  path: '/v1/accounts/{account}/events',
  operationId: 'streamEvents',
  summary: 'The account live, as server-sent events: the balance, then each entry with the balance after it',
  tag: 'History',
  scope: 'read',
  sessions: 'own-account',
  team: 'member',
  idempotency: 'none',
  params: ofAccount,
  query: z.strictObject({
    last_event_id: z.string().regex(SEQ, 'must be the id of an event').exactOptional().meta({
      description: 'Resumes behind that entry, as the header `Last-Event-ID` does, which goes first.',
    }),
    also: z
      .string()
      .transform((text, context) => {
        const ids = z.array(accountId).max(MAX_ALSO).safeParse(text.split(','));
        if (ids.success) return [...new Set(ids.data)];
        context.addIssue({
          code: 'custom',
          message: `must be account ids, at most ${MAX_ALSO}, with commas between`,
        });
        return z.NEVER;
      })
      .exactOptional()
      .meta({
        description:
          'Other accounts, with commas between. That one has changed is told by an event `changed` with its version and without an id: at first, and each time that it is another one. Those that may not be read are left out.',
      }),
  }),
  live: true,
  headers: {
    'Last-Event-ID': 'The id of the last event that arrived: resumes behind it, without loss or repeat.',
  },
  status: 200,
  answers: {
    200: {
      description:
        'Events `balance` and `entry`, the latter with its seq as id, and `changed` for each account of `also`; at the end `goodbye`, or `expired` with the credential. A comment at least every 15 s.',
      schema: z.string(),
      media: EVENT_STREAM,
    },
  },
  problems: ['account_not_found'],
  handler: async ({ engine, streams }, { params, query, call, caller, request }) => {
    if (caller === null) throw new DrawdownError('unauthenticated');
    const after = lastEventId(request.headers['last-event-id'], query.last_event_id);
    // Refuses an absent account while there is still a status to refuse with.
    const { version } = await engine.balance(params.account);
    if (after !== undefined && after > version) throw invalid('Last-Event-ID', 'is ahead of the ledger');
    const looking = { call, caller };
    const others = await mayHear(
      engine,
      (query.also ?? []).filter((one) => one !== params.account),
      looking,
    );
    const body = streams.open({
      account: params.account,
      caller: { ...caller, check: () => checkAgain(engine, caller, { call, account: params.account }) },
      ...(after === undefined ? {} : { after }),
      events: (signal) =>
        withOthers(engine, {
          signal,
          accounts: others,
          looking,
          events: (until) => {
            const options = { signal: until, member: call.sees };
            return engine.events(params.account, after === undefined ? options : { ...options, after });
          },
        }),
      now: () => engine.now(),
    });
    // Proxies buffer answers unless told otherwise, and a buffered event is a late one.
    return { body, type: EVENT_STREAM, headers: { 'x-accel-buffering': 'no' } };
  },
});

/** A stream ends with the credential, and with the membership or the role that it was opened by. */
async function checkAgain(
  { members }: Engine,
  caller: Caller,
  { call, account }: { call: Call; account: string },
): Promise<void> {
  await caller.check();
  if (caller.session === null || account === call.person) return;
  const { sees, ...before } = call;
  const now = await members.admit(account, { call: before, managers: false });
  if (now.sees !== sees) throw new DrawdownError('forbidden', 'The role in the team is another one now');
}

function lastEventId(header: string | string[] | undefined, query: string | undefined): number | undefined {
  const text = header ?? query;
  if (text === undefined) return undefined;
  const seq = typeof text === 'string' && SEQ.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(seq)) throw invalid('Last-Event-ID', 'must be the id of an event');
  return seq;
}

export const historyRoutes = [listEntries, getStatement, getUsage, streamEvents];
