import { randomBytes } from 'node:crypto';
import type * as wire from '@drawdown/client';
import { parseNoticeId } from '../core/id.ts';
import { NOTICE_TYPES, type NoticeType } from '../core/notice.ts';
import { DrawdownError, invalid } from '../errors.ts';
import { readLimit } from '../page.ts';
import { readInstant, readText } from '../request.ts';
import { type Clock, nowStatement } from '../store/clock.ts';
import type { Database } from '../store/database.ts';
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
  async create(body: wire.WebhookEndpointRequest): Promise<wire.CreatedWebhookEndpoint> {
    const createdAt = Date.now();
    const secret = makeSecret();
    const one = await insertEndpoint(this.#setting.database, {
      id: `whe_${createdAt.toString(36).padStart(9, '0')}${randomBytes(8).toString('hex')}`,
      ...this.#read(body),
      secrets: [{ secret, until: null }],
      createdAt,
    });
    if (one === null) throw new DrawdownError('webhook_endpoint_limit');
    this.#setting.dispatcher.forget();
    return { ...presentEndpoint(one), secret };
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
  async update(id: string, body: wire.WebhookEndpointUpdate): Promise<wire.WebhookEndpoint> {
    const { database, dispatcher } = this.#setting;
    const read = this.#read(body);
    await this.#find(id);
    let one = await updateEndpoint(database, { id, ...read });
    if (body.enabled === false) one = await disableEndpoint(database, id, 'asked');
    else if (one !== null && one.disabledAt !== null && body.enabled === true) {
      one = await enableEndpoint(database, id);
      await queuePending(database, id);
    }
    if (one === null) throw new DrawdownError('webhook_endpoint_not_found');
    dispatcher.forget();
    return presentEndpoint(one);
  }

  async remove(id: string): Promise<wire.WebhookEndpoint> {
    const one = await this.#find(id);
    if (!(await deleteEndpoint(this.#setting.database, id)))
      throw new DrawdownError('webhook_endpoint_not_found');
    this.#setting.dispatcher.forget();
    return presentEndpoint({
      ...one,
      disabledAt: one.disabledAt ?? Date.now(),
      disabledReason: one.disabledReason ?? 'asked',
    });
  }

  /** A new secret, shown this once. The old ones go on signing beside it, so that receivers can be changed in peace. */
  async rotateSecret(id: string, body: wire.RotateSecretRequest): Promise<wire.CreatedWebhookEndpoint> {
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
      const exchanged = await exchangeSecrets(this.#setting.database, one, secrets);
      if (exchanged === null) continue;
      this.#setting.dispatcher.forget();
      return { ...presentEndpoint(exchanged), secret };
    }
  }

  /** Sends a ping at once and answers what came of it; nothing is kept, retried or held up by it. */
  async test(id: string): Promise<wire.WebhookTest> {
    const one = await this.#find(id);
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
  async redeliver(id: string, delivery: string): Promise<wire.WebhookDelivery> {
    const { database, dispatcher } = this.#setting;
    await this.#find(id);
    const place = parseNoticeId(delivery);
    if (place === null || (await deliveryAt(database, id, place)) === null) {
      throw new DrawdownError('webhook_delivery_not_found');
    }
    await database.transaction((on) => deliverAgain(on, id, place));
    const row = await deliveryAt(database, id, place);
    if (row === null) throw new DrawdownError('webhook_delivery_not_found');
    dispatcher.hurry();
    return presentDelivery(id, row);
  }

  /** Sends again what happened in a range of time: what is dead, what was missed while it was off, or all. */
  async replay(id: string, body: wire.ReplayRequest): Promise<wire.Replay> {
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
    const replayed = await database.transaction((on) =>
      replay(on, id, { since, until, revive, missed: state !== 'dead' }),
    );
    dispatcher.hurry();
    return { replayed };
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
