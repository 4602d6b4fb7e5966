/** What staff do: shown first, done as shown, and never done without a line in a log that nobody changes. */
import type {
  Act,
  ActPreview,
  ActReceipt,
  AuditRecord,
  Balance,
  GrantReceipt,
  Page,
  Problem,
  Receipt,
} from '@drawdown/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { shownAct } from './staff-rows.ts';
import { ADMIN, startServer, type TestServer } from './support.ts';

let t: TestServer;

beforeAll(async () => {
  t = await startServer();
});
afterAll(() => t.close());

const grant = async (account: string, amount: number, cls = 'purchased'): Promise<GrantReceipt> =>
  (await t.ask<GrantReceipt>('POST', `/v1/accounts/${account}/grants`, { body: { class: cls, amount } }))
    .body;
const preview = (act: Act) =>
  t.ask<ActPreview & Problem>('POST', '/v1/staff/acts/preview', { as: ADMIN, key: null, body: act });
const perform = (body: object, key?: string) =>
  t.ask<ActReceipt & Problem>('POST', '/v1/staff/acts', {
    as: ADMIN,
    body,
    ...(key === undefined ? {} : { key }),
  });
const log = async (query: string): Promise<AuditRecord[]> =>
  (await t.ask<Page<AuditRecord>>('GET', `/v1/staff/audit?${query}`, { as: ADMIN })).body.data;
/** Lots that are made end a moment later than they were shown to. */
const amountsOf = (balance: Balance | null) => {
  const { total, held, frozen, available, debt, version: last, classes = [] } = balance ?? ({} as Balance);
  return {
    total,
    held,
    frozen,
    available,
    debt,
    last,
    classes: classes.map((one) => [one.class, one.available]),
  };
};
const version = async (account: string): Promise<number> =>
  (await t.ask<{ version: number }>('GET', `/v1/accounts/${account}/balance`)).body.version;

test('every act does what its preview showed, to the lot, and stands in the log with it', async () => {
  const { grant: lot } = await grant('u_all', 100);
  const spent = await t.ask<Receipt>('POST', '/v1/accounts/u_all/consume', {
    body: { feature: 'ai_script' },
  });
  const acts: [Act, number][] = [
    [{ act: 'grant', account: 'u_all', class: 'promotional', amount: 30, valid_for: 'P30D' }, 30],
    [{ act: 'freeze', grant: lot.id }, 0],
    [{ act: 'unfreeze', grant: lot.id }, 75],
    [{ act: 'refund', operation: spent.body.operation.id, amount: 10 }, 10],
    [{ act: 'adjust', account: 'u_all', amount: -5 }, 5],
    [{ act: 'void', grant: lot.id }, 85],
  ];
  for (const [act, size] of acts) {
    const before = await version('u_all');
    const { body: shown } = await preview(act);
    expect(await version('u_all'), `${act.act} was only shown`).toBe(before);
    expect(shown).toMatchObject({ act: act.act, account: 'u_all', size });
    const { body: done } = await perform({ ...act, reason: `because of ${act.act}`, preview: shown.preview });
    expect(amountsOf(done.balance)).toEqual(amountsOf(shown.after));
    expect(done.audit).toMatchObject({
      act: act.act,
      reason: `because of ${act.act}`,
      size,
      staff: { id: 'key_admin' },
    });
    const leftIn = ({ lots }: ActPreview) =>
      lots.map((one) => [one.grant, one.before?.remaining, one.after.remaining]);
    expect(leftIn(done.audit?.preview as ActPreview)).toEqual(leftIn(shown));
    expect(done.audit?.operation).toBe(done.operation?.id);
  }
  const written = await log('account=u_all');
  expect(written.map(({ act }) => act)).toEqual(acts.map(([{ act }]) => act).reverse());
  expect(await log('account=u_all&act=void')).toEqual(written.slice(0, 1));
  expect(await log('account=u_nobody')).toEqual([]);
});

test('nothing is done where it would do something else than was shown, and the new effect is answered', async () => {
  await grant('u_moved', 50);
  const act: Act = { act: 'adjust', account: 'u_moved', amount: -20 };
  const body = await shownAct(t, act);
  await grant('u_moved', 10, 'promotional');
  const refused = await perform(body);
  expect(refused.status).toBe(409);
  expect(refused.body).toMatchObject({
    code: 'preview_changed',
    preview: { before: { total: 60 }, after: { total: 40 } },
  });
  expect(await log('account=u_moved')).toEqual([]);
  const again = { ...body, preview: (refused.body as unknown as { preview: ActPreview }).preview.preview };
  expect((await perform(again)).body.balance?.total).toBe(40);
});

test('a repetition is answered with the same act and the same line, and does nothing', async () => {
  await grant('u_again', 50);
  const body = await shownAct(t, { act: 'adjust', account: 'u_again', amount: -20 });
  const first = await perform(body, 'once');
  const second = await perform(body, 'once');
  expect(second.headers['idempotency-replayed']).toBe('true');
  expect(second.body.audit).toEqual(first.body.audit);
  expect(await log('account=u_again')).toHaveLength(1);
});

test('an act without a reason, of nothing, of an unknown account, or by whoever may only look is refused', async () => {
  const { grant: lot } = await grant('u_refused', 5);
  const body = await shownAct(t, { act: 'void', grant: lot.id });
  const { reason: _, ...mute } = body;
  expect((await perform(mute)).body).toMatchObject({ code: 'invalid_request', field: 'reason' });
  expect((await perform({ ...body, reason: '' })).body).toMatchObject({
    code: 'invalid_request',
    field: 'reason',
  });
  expect((await preview({ act: 'adjust', account: 'u_unmade', amount: 1 })).body.code).toBe(
    'account_not_found',
  );
  expect((await preview({ act: 'grant', account: 'u_unmade', class: 'purchased', amount: 1 })).status).toBe(
    404,
  );
  expect((await t.ask('GET', '/v1/accounts/u_unmade')).status).toBe(404);
  const { body: key } = await t.ask<{ secret: string }>('POST', '/v1/keys', {
    as: ADMIN,
    body: { name: 'Looks on', scopes: ['staff', 'read'] },
  });
  expect((await t.ask('POST', '/v1/staff/acts', { as: key.secret, body })).status).toBe(403);
  expect((await preview({ act: 'unfreeze', grant: lot.id })).body.code).toBe('grant_not_frozen');
  expect(await log('account=u_refused')).toEqual([]);
});

test('what staff do by the routes of the verbs stands in the log too, in the very transaction', async () => {
  const { grant: lot } = await grant('u_direct', 40);
  await t.ask('POST', `/v1/grants/${lot.id}/freeze`, { as: ADMIN, body: { reason: 'a complaint' } });
  expect(await log('account=u_direct')).toMatchObject([
    { act: 'freeze', reason: 'a complaint', preview: null },
  ]);
  const session = await t.database.connect();
  await session.script('alter table drawdown.audit add constraint full_now check (false) not valid');
  const refused = await t.ask('POST', `/v1/grants/${lot.id}/unfreeze`, {
    as: ADMIN,
    body: { reason: 'over' },
  });
  expect(refused.status).toBe(500);
  await session.script('alter table drawdown.audit drop constraint full_now');
  await session.close();
  expect(await version('u_direct')).toBe(2);
});

test('nobody changes the log, whatever they may do elsewhere', async () => {
  await grant('u_kept', 5);
  await perform(await shownAct(t, { act: 'adjust', account: 'u_kept', amount: 1 }));
  const session = await t.database.connect();
  for (const text of [
    `update drawdown.audit set reason = 'another'`,
    `update drawdown.audit set reason = 'redacted', input = '{}', preview = null`,
    'delete from drawdown.audit',
    'truncate drawdown.audit',
  ]) {
    await expect(session.script(text), text).rejects.toThrow(/42501/);
  }
  await session.close();
  expect(await log('account=u_kept')).toMatchObject([{ reason: 'goodwill' }]);
});
