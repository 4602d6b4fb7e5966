/** What a team of the demonstration looks like from inside: roles, limits, some use of them, and a request that waits. */
import type * as wire from '@drawdown/client';
import { DEMONSTRATION_MARK } from '../demonstration.ts';
import type { Engine } from '../engine.ts';
import { DrawdownError } from '../errors.ts';

export const DEMO_TEAM = 'demo_team';

/** Set once all of it is there: whoever then removes a member or answers the request finds it so after the next start. */
const MEMBERS_MARK = 'members_made';

interface DemoMember {
  readonly id: string;
  readonly standing: wire.MemberRequest;
  /** How often they used what, before anybody looks. */
  readonly uses: readonly { readonly feature: string; readonly project: string; readonly times: number }[];
  readonly asks?: wire.MoreRequest;
}

const MEMBERS: readonly DemoMember[] = [
  { id: 'demo', standing: { role: 'owner' }, uses: [] },
  {
    id: 'demo_amira',
    standing: { role: 'admin', limit: { amount: 50, per: 'day' } },
    uses: [{ feature: 'smart_cutout', project: 'Lookbook', times: 2 }],
  },
  {
    id: 'demo_jonas',
    standing: { role: 'member', limit: { amount: 100, per: 'month' } },
    uses: [{ feature: 'ai_script', project: 'Harbour film', times: 3 }],
    asks: { amount: 60, reason: 'The harbour film has two more scenes' },
  },
];

/** Completes what a start that was killed half-way left, and does nothing where all of it was made before. */
export async function makeDemoTeam(engine: Engine): Promise<void> {
  const { metadata } = await engine.getAccount(DEMO_TEAM);
  if (metadata[MEMBERS_MARK] === true) return;
  const { features } = engine.catalog;
  for (const { id, standing, uses, asks } of MEMBERS) {
    await engine.putAccount(id, { kind: 'user', metadata: { [DEMONSTRATION_MARK]: true } });
    await engine.members.put(DEMO_TEAM, id, standing, { actor: 'system' });
    for (const { feature, project, times } of uses.filter((use) => Object.hasOwn(features, use.feature))) {
      for (let nth = 0; nth < times; nth += 1) {
        const call = { idempotencyKey: `demonstration:${id}:${feature}:${nth}`, actor: 'system' };
        await engine
          .consume(DEMO_TEAM, { feature, member: id, metadata: { project } }, call)
          .catch(unlessRefused);
      }
    }
    if (asks !== undefined && !(await hasAsked(engine, id))) {
      await engine.requests.ask(DEMO_TEAM, id, asks, { actor: 'system' });
    }
  }
  await engine.putAccount(DEMO_TEAM, { metadata: { ...metadata, [MEMBERS_MARK]: true } });
}

async function hasAsked(engine: Engine, member: string): Promise<boolean> {
  const { data } = await engine.requests.list(DEMO_TEAM, { member }, { actor: 'system' });
  return data.length > 0;
}

/** Under another catalog the same thing may cost more than there is: then it was not used. */
function unlessRefused(error: unknown): void {
  if (!(error instanceof DrawdownError)) throw error;
}
