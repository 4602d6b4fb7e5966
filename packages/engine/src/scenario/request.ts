import type { ConsumeRequest, GrantRequest, HoldRequest, QuoteRequest, Surface } from '@drawdown/client';
import type { Ids } from './ids.ts';
import { lifeRequestOf } from './life-request.ts';
import type { Change, SpendWords } from './model.ts';
import { isLifeChange } from './model-life.ts';
import { isSourceChange } from './model-source.ts';
import { OutOfReach } from './reach.ts';
import { sourceRequestOf } from './source-request.ts';
import type { ScenarioTarget } from './target.ts';

/** Recorded as the reason where the contract asks for one; a scenario says its own in `why`. */
const REASON = 'scenario';

/**
 * A step as the request it stands for, made once, so that a replay sends the same input. `account` is the id of the
 * account at hand.
 */
export function requestOf(
  change: Change,
  means: { target: ScenarioTarget; ids: Ids; account: string; key: string; prefix: string },
): () => Promise<unknown> {
  const { target, ids, account, key } = means;
  if (isSourceChange(change) || isLifeChange(change)) {
    if (target.sources === null) throw new OutOfReach('the target has no sources');
    const wider = { ...means, sources: target.sources };
    return isLifeChange(change) ? lifeRequestOf(change, wider) : sourceRequestOf(change, wider);
  }
  switch (change.verb) {
    case 'grant': {
      const body = grantBody(change);
      return () => target.grant(account, body, key);
    }
    case 'consume': {
      const body: ConsumeRequest = spendBody(change, ids);
      if (change.overdraft) body.overdraft = true;
      return () => target.consume(account, body, key);
    }
    case 'hold': {
      const body: HoldRequest = spendBody(change, ids);
      if (change.ttlSeconds !== null) body.ttl_seconds = change.ttlSeconds;
      return () => target.hold(account, body, key);
    }
    case 'capture': {
      const id = ids.id('hold', change.hold);
      return () => target.capture(id, change.amount === null ? {} : { amount: change.amount }, key);
    }
    case 'release': {
      const id = ids.id('hold', change.hold);
      return () => target.release(id, {}, key);
    }
    case 'extend_hold': {
      const id = ids.id('hold', change.hold);
      return () => target.extendHold(id, { ttl_seconds: change.ttlSeconds }, key);
    }
    case 'refund': {
      const id = ids.id('operation', change.operation);
      const body = change.amount === null ? { reason: REASON } : { amount: change.amount, reason: REASON };
      return () => target.refund(id, body, key);
    }
    case 'adjust': {
      const body = { amount: change.amount.replace('+', ''), reason: REASON };
      const whole = change.class === null ? body : { ...body, class: change.class };
      return () => target.adjust(account, whole, key);
    }
    default:
      return lotRequest(change, { target, id: ids.id('grant', change.grant), key });
  }
}

function lotRequest(
  change: Extract<Change, { grant: string }>,
  { target, id, key }: { target: ScenarioTarget; id: string; key: string },
): () => Promise<unknown> {
  switch (change.verb) {
    case 'extend_grant':
      return () => target.extendGrant(id, { expires_at: change.expires, reason: REASON }, key);
    case 'void':
      return () => target.voidGrant(id, { reason: REASON }, key);
    case 'freeze':
      return () => target.freezeGrant(id, { reason: REASON }, key);
    case 'unfreeze':
      return () => target.unfreezeGrant(id, { reason: REASON }, key);
  }
}

function grantBody(change: Change & { verb: 'grant' }): GrantRequest {
  const body: GrantRequest = { class: change.class, amount: change.amount };
  if (change.expires !== null) body.expires_at = change.expires;
  if (change.validFor !== null) body.valid_for = change.validFor;
  if (change.effective !== null) body.effective_at = change.effective;
  if (change.priority !== null) body.priority = change.priority;
  if (change.features !== null) body.features = [...change.features];
  if (change.source !== null) body.source = { type: change.source };
  return body;
}

/** The body of a consume, hold or quote. */
export function spendBody(words: SpendWords, ids: Ids): QuoteRequest & { member?: string; quote?: string } {
  const body: QuoteRequest & { member?: string; quote?: string } = {};
  if (words.amount !== null) body.amount = words.amount;
  if (words.feature !== null) body.feature = words.feature;
  if (words.units !== null) body.units = typeof words.units === 'number' ? words.units : { ...words.units };
  // Whether it is a surface at all is the target's to say.
  if (words.surface !== null) body.surface = words.surface as Surface;
  if (words.member !== null) body.member = words.member;
  if (words.quote !== null) body.quote = ids.id('quote', words.quote);
  return body;
}
