import { randomBytes } from 'node:crypto';
import type * as wire from '@drawdown/client';
import type { Call } from '../change.ts';
import { parseNoticeId } from '../core/id.ts';
import { NOTICE_TYPES, type NoticeType } from '../core/notice.ts';
import { DrawdownError, invalid } from '../errors.ts';
import { readLimit } from '../page.ts';
import { readInstant, readText } from '../request.ts';
import { type Done, recorded } from '../store/audit.ts';
import { type Clock, nowStatement } from '../store/clock.ts';
import type { Connection, Database } from '../store/database.ts';
import {
  type DeliveryState,
  deliverAgain,
  deliveriesBefore,
  deliveryAt,
  queuePending,
  replay,
} from './delivery-rows.ts';
import { bodyOf, type Dispatcher, isDelivered } from './dispatcher.ts';
import {
  allEndpoints,
  deleteEndpoint,
  disableEndpoint,
  type Endpoint,
  enableEndpoint,
  endpointById,
  exchangeSecrets,
  insertEndpoint,
  updateEndpoint,
} from './endpoint-rows.ts';
import { urlFault } from './guard.ts';
import { type PostSetting, post } from './post.ts';
import { placeOf, presentDelivery, presentEndpoint } from './present.ts';
import { makeSecret, signedHeaders } from './signing.ts';

/** How long the old secret signs beside the new one, unless told. */
const OVERLAP_SECONDS = 86_400;
const MAX_OVERLAP_SECONDS = 7 * 86_400;
/** An endpoint signs with so many secrets at most; the oldest goes first. */
const MAX_SECRETS = 5;
const ENDPOINT_ID = /^whe_[a-z0-9]{1,60}$/;
const STATES = ['pending', 'delivered', 'dead', 'all'] as const;
const REPLAYED = ['dead', 'missed', 'all'] as const;

export interface WebhooksSetting {
  readonly database: Database;
  readonly clock: Clock;
  readonly post: PostSetting;
  readonly dispatcher: Dispatcher;
}

/** Endpoints of the product's own that are told of notices, and what became of telling them. */
export class Webhooks {
  readonly #setting: WebhooksSetting;

  constructor(setting: WebhooksSetting) {
    this.#setting = setting;
  }

  /** Is told of what happens from now on. The secret is in this answer and never shown again. */
  async create(body: wire.WebhookEndpointRequest, call: Call = {}): Promise<wire.CreatedWebhookEndpoint> {
    const createdAt = Date.now();
    const secret = makeSecret();
    const id = `whe_${createdAt.toString(36).padStart(9, '0')}${randomBytes(8).toString('hex')}`;
    const read = this.#read(body);
    const told = { act: 'create_webhook_endpoint' as const, subject: id, input: read };
    const one = await this.#change(call, told, (on) =>
      insertEndpoint(on, { id, ...read, secrets: [{ secret, until: null }], createdAt }),
    );
    if (one === null) throw new DrawdownError('webhook_endpoint_limit');
    this.#setting.dispatcher.forget();
    return { ...presentEndpoint(one), secret };
  }

  /** In one transaction with its record; null: nothing was changed. */
  #change<T>(
    { staff }: Call,
    told: Omit<NonNullable<Done<T>['told']>, 'at'>,
    work: (on: Connection) => Promise<T | null>,
  ): Promise<T | null> {
    const { clock, database } = this.#setting;
    return recorded(database, staff, async (on) => {
      const done = await work(on);
      const at = Number((await on.query(nowStatement(clock), [])).rows[0]?.now);
      return { done, told: done === null ? null : { ...told, at } };
    });
  }

  #read({ url, types, description }: wire.WebhookEndpointRequest) {
    const fault = typeof url === 'string' ? urlFault(url, this.#setting.post) : 'must be text';
    if (fault !== null) throw invalid('url', fault);
    return {
      // As it was understood: what was judged is what is dialled.
      url: new URL(url).href,
      types: types === undefined || types === null ? null : readTypes(types),
      description:
        description === undefined || description === null ? null : readText(description, 'description'),
    };
  }

  /** Newest first; there are never many. */
  async list(): Promise<wire.Page<wire.WebhookEndpoint>> {
    return { data: (await allEndpoints(this.#setting.database)).map(presentEndpoint), next_cursor: null };
  }

  async show(id: string): Promise<wire.WebhookEndpoint> {
    return presentEndpoint(await this.#find(id));
  }

  /** Replaces what it is asked by; secrets and what is under way stay. */
  async update(id: string, body: wire.WebhookEndpointUpdate, call: Call = {}): Promise<wire.WebhookEndpoint> {
    const read = this.#read(body);
    await this.#find(id);
    const input = { ...read, ...(body.enabled === undefined ? {} : { enabled: body.enabled }) };
    const told = { act: 'update_webhook_endpoint' as const, subject: id, input };
    const one = await this.#change(call, told, async (on) => {
      const updated = await updateEndpoint(on, { id, ...read });
      if (body.enabled === false) return disableEndpoint(on, id, 'asked');
      if (updated === null || updated.disabledAt === null || body.enabled !== true) return updated;
      const enabled = await enableEndpoint(on, id);
      await queuePending(on, id);
      return enabled;
    });
    if (one === null) throw new DrawdownError('webhook_endpoint_not_found');
    this.#setting.dispatcher.forget();
    return presentEndpoint(one);
  }

  async remove(id: string, call: Call = {}): Promise<wire.WebhookEndpoint> {
    const one = await this.#find(id);
    const told = { act: 'delete_webhook_endpoint' as const, subject: id, input: { url: one.url } };
    const removed = await this.#change(call, told, async (on) =>
      (await deleteEndpoint(on, id)) ? one : null,
    );
    if (removed === null) throw new DrawdownError('webhook_endpoint_not_found');
    this.#setting.dispatcher.forget();
    return presentEndpoint({
      ...one,
      disabledAt: one.disabledAt ?? Date.now(),
      disabledReason: one.disabledReason ?? 'asked',
    });
  }

  /** A new secret, shown this once. The old ones go on signing beside it, so that receivers can be changed in peace. */
  async rotateSecret(
    id: string,
    body: wire.RotateSecretRequest,
    call: Call = {},
  ): Promise<wire.CreatedWebhookEndpoint> {
    const overlap = body.overlap_seconds ?? OVERLAP_SECONDS;
    if (!Number.isInteger(overlap) || overlap < 0 || overlap > MAX_OVERLAP_SECONDS) {
      throw invalid('overlap_seconds', `must be a whole number of seconds from 0 to ${MAX_OVERLAP_SECONDS}`);
    }
    const secret = makeSecret();
    for (;;) {
      const one = await this.#find(id);
      const now = Date.now();
      const until = now + overlap * 1000;
      const kept = one.secrets
        .filter((old) => old.until === null || old.until > now)
        .map((old) => ({ secret: old.secret, until: Math.min(old.until ?? until, until) }));
      const secrets = [{ secret, until: null }, ...kept].slice(0, MAX_SECRETS);
      const told = {
        act: 'rotate_webhook_secret' as const,
        subject: id,
        input: { overlap_seconds: overlap },
      };
      const exchanged = await this.#change(call, told, (on) => exchangeSecrets(on, one, secrets));
      if (exchanged === null) continue;
      this.#setting.dispatcher.forget();
      return { ...presentEndpoint(exchanged), secret };
    }
  }

  /** Sends a ping at once and answers what came of it; nothing is kept, retried or held up by it. */
  async test(id: string, call: Call = {}): Promise<wire.WebhookTest> {
    const one = await this.#find(id);
    const told = { act: 'test_webhook_endpoint' as const, subject: id, input: {} };
    await this.#change(call, told, () => Promise.resolve(one));
    const message = `ntc_ping${randomBytes(12).toString('hex')}`;
    const body = bodyOf({ type: 'webhook.ping', at: Date.now(), data: { endpoint: id } });
    const headers = signedHeaders({ id: message, body }, one.secrets, Date.now());
    const began = performance.now();
    const attempt = await post(one.url, { headers, body }, this.#setting.post);
    const { status, error } = attempt;
    return {
      delivered: isDelivered(attempt),
      status,
      error,
      duration_ms: Math.round(performance.now() - began),
    };
  }

  /** Newest first; the dead ones are the dead letter list. */
  async deliveries(id: string, query: wire.DeliveriesQuery): Promise<wire.Page<wire.WebhookDelivery>> {
    const state = query.state ?? 'all';
    if (!STATES.includes(state)) throw invalid('state', `must be one of ${STATES.join(', ')}`);
    const limit = readLimit(query.limit);
    await this.#find(id);
    const before = placeOf(query.cursor);
    const rows = await deliveriesBefore(this.#setting.database, {
      endpoint: id,
      state,
      before,
      limit: limit + 1,
    });
    const data = rows.slice(0, limit).map((row) => presentDelivery(id, row));
    return { data, next_cursor: rows.length > limit ? (data.at(-1)?.id ?? null) : null };
  }

  /** Sends one again, whatever became of it; ahead of what came after it. */
  async redeliver(id: string, delivery: string, call: Call = {}): Promise<wire.WebhookDelivery> {
    const { database, dispatcher } = this.#setting;
    await this.#find(id);
    const place = parseNoticeId(delivery);
    if (place === null || (await deliveryAt(database, id, place)) === null) {
      throw new DrawdownError('webhook_delivery_not_found');
    }
    const told = { act: 'redeliver_webhook' as const, subject: id, input: { delivery } };
    await this.#change(call, told, async (on) => {
      await deliverAgain(on, id, place);
      return place;
    });
    const row = await deliveryAt(database, id, place);
    if (row === null) throw new DrawdownError('webhook_delivery_not_found');
    dispatcher.hurry();
    return presentDelivery(id, row);
  }

  /** Sends again what happened in a range of time: what is dead, what was missed while it was off, or all. */
  async replay(id: string, body: wire.ReplayRequest, call: Call = {}): Promise<wire.Replay> {
    const { database, clock, dispatcher } = this.#setting;
    const state = body.state ?? 'dead';
    if (!REPLAYED.includes(state)) throw invalid('state', `must be one of ${REPLAYED.join(', ')}`);
    const since = readInstant(body.since, 'since');
    const now = Number((await database.query(nowStatement(clock), [])).rows[0]?.now);
    const until = body.until === undefined ? now + 1_000 : readInstant(body.until, 'until');
    if (until <= since) throw invalid('until', 'must be after since');
    await this.#find(id);
    const revive: DeliveryState[] =
      state === 'dead' ? ['dead'] : state === 'all' ? ['dead', 'delivered'] : [];
    const told = { act: 'replay_webhooks' as const, subject: id, input: { ...body } };
    const replayed = await this.#change(call, told, (on) =>
      replay(on, id, { since, until, revive, missed: state !== 'dead' }),
    );
    dispatcher.hurry();
    return { replayed: replayed ?? 0 };
  }

  async #find(id: string): Promise<Endpoint> {
    const one = ENDPOINT_ID.test(id) ? await endpointById(this.#setting.database, id) : null;
    if (one === null) throw new DrawdownError('webhook_endpoint_not_found');
    return one;
  }
}

function readTypes(types: readonly string[]): NoticeType[] {
  const known: readonly string[] = NOTICE_TYPES;
  if (!Array.isArray(types) || types.length === 0)
    throw invalid('types', 'must name at least one type; leave it out for all');
  const unknown = types.find((type) => !known.includes(type));
  if (unknown !== undefined) throw invalid('types', `must be among ${NOTICE_TYPES.join(', ')}`);
  return [...new Set(types)] as NoticeType[];
}
