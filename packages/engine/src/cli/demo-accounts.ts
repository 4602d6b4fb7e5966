/** The accounts that a new server has to play with: a person with the article's example, and a team. */
import type * as wire from '@drawdown/client';
import { DEMONSTRATION_MARK, isDemonstration } from '../demonstration.ts';
import type { Engine } from '../engine.ts';
import { DrawdownError } from '../errors.ts';
import { DEMO_TEAM, makeDemoTeam } from './demo-team.ts';

interface DemoAccount {
  readonly id: string;
  readonly profile: wire.AccountRequest;
  readonly grants: readonly wire.GrantRequest[];
}

const ACCOUNTS: readonly DemoAccount[] = [
  {
    id: 'demo',
    profile: { kind: 'user', metadata: { [DEMONSTRATION_MARK]: true } },
    // "If you have 20 subscription credits, 15 activity credits, and 100 purchased credits …"
    grants: [
      { class: 'subscription', amount: 20, valid_for: 'P1M' },
      { class: 'promotional', amount: 15, valid_for: 'P30D' },
      { class: 'purchased', amount: 100, expires_at: null },
    ],
  },
  {
    id: DEMO_TEAM,
    profile: { kind: 'team', metadata: { [DEMONSTRATION_MARK]: true, name: 'Northlight' } },
    grants: [
      { class: 'subscription', amount: 600, valid_for: 'P1M' },
      { class: 'purchased', amount: 500, expires_at: null },
    ],
  },
];

/** Makes what is missing. Every key is fixed, so a start that was killed half-way is completed and nothing is doubled. */
export async function makeDemoAccounts(engine: Engine): Promise<void> {
  const classes = new Set(engine.catalog.classes.map(({ id }) => id));
  const made = new Set<string>();
  for (const { id, profile, grants } of ACCOUNTS) {
    if (!(await isOurs(engine, id, profile))) continue;
    made.add(id);
    for (const request of grants.filter((grant) => classes.has(grant.class))) {
      const call = { idempotencyKey: `demonstration:${request.class}`, actor: 'system' };
      await engine.grant(id, { ...request, source: { type: 'demonstration' } }, call).catch(unlessMadeBefore);
    }
  }
  if (ACCOUNTS.every(({ id }) => made.has(id))) await makeDemoTeam(engine);
}

async function isOurs(engine: Engine, id: string, profile: wire.AccountRequest): Promise<boolean> {
  try {
    return isDemonstration((await engine.getAccount(id)).metadata);
  } catch (error) {
    if (!(error instanceof DrawdownError && error.code === 'account_not_found')) throw error;
  }
  await engine.putAccount(id, profile);
  return true;
}

/** An earlier release may have granted otherwise under the same key: then that stands. */
function unlessMadeBefore(error: unknown): void {
  if (error instanceof DrawdownError && error.code === 'idempotency_key_reused') return;
  throw error;
}
