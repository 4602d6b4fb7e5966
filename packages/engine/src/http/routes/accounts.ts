/** Accounts and their balances. */
import { z } from 'zod';
import { route } from '../route.ts';
import { account, accountRequest, balance } from '../schemas/account.ts';
import { forecast, forecastDays } from '../schemas/forecast.ts';
import { instantIn } from '../schemas/primitives.ts';
import { exampleBalance } from './example.ts';
import { ofAccount } from './params.ts';

const putAccount = route({
  method: 'PUT',
  path: '/v1/accounts/{account}',
  operationId: 'putAccount',
  summary: 'Creates an account, or updates its time zone and metadata',
  tag: 'Accounts',
  scope: 'grant',
  sessions: 'none',
  idempotency: 'none',
  params: ofAccount,
  body: accountRequest,
  status: 200,
  answers: { 200: { description: 'The account', schema: account } },
  problems: ['account_kind_fixed', 'account_closed'],
  handler: async ({ engine }, { params, body, call }) => ({
    body: (await engine.putAccount(params.account, body, call)).account,
  }),
});

const getAccount = route({
  method: 'GET',
  path: '/v1/accounts/{account}',
  operationId: 'getAccount',
  summary: 'Shows an account',
  tag: 'Accounts',
  scope: 'read',
  sessions: 'own-account',
  team: 'member',
  idempotency: 'none',
  params: ofAccount,
  status: 200,
  answers: { 200: { description: 'The account', schema: account } },
  problems: ['account_not_found'],
  handler: async ({ engine }, { params }) => ({ body: await engine.getAccount(params.account) }),
});

const getBalance = route({
  method: 'GET',
  path: '/v1/accounts/{account}/balance',
  operationId: 'getBalance',
  summary: 'Shows what the account has, per class, and the order in which it will be drawn',
  tag: 'Accounts',
  scope: 'read',
  sessions: 'own-account',
  team: 'member',
  idempotency: 'none',
  params: ofAccount,
  query: z.strictObject({
    at: instantIn.exactOptional().meta({
      description:
        'In the past: the balance as it stood then. In the future: what time alone will leave, without new grants.',
    }),
  }),
  status: 200,
  answers: { 200: { description: 'The balance', schema: balance, example: exampleBalance } },
  problems: ['account_not_found'],
  handler: async ({ engine }, { params, query }) => ({
    body: await engine.balance(params.account, query.at),
  }),
});

const getForecast = route({
  method: 'GET',
  path: '/v1/accounts/{account}/forecast',
  operationId: 'getForecast',
  summary: 'Shows what arrives, what expires, and what would lapse at the recent rate of use',
  tag: 'Accounts',
  scope: 'read',
  sessions: 'own-account',
  team: 'member',
  idempotency: 'none',
  params: ofAccount,
  query: z.strictObject({ days: forecastDays.exactOptional() }),
  status: 200,
  answers: { 200: { description: 'The forecast', schema: forecast } },
  problems: ['account_not_found'],
  handler: async ({ engine }, { params, query }) => ({
    body: await engine.subscriptions.forecast(params.account, query),
  }),
});

export const accountRoutes = [putAccount, getAccount, getBalance, getForecast];
