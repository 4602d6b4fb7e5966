import type { Json } from '../core/account.ts';
import { formatInstant } from '../core/calendar.ts';
import { noticeId } from '../core/id.ts';
import type { Database } from '../store/database.ts';
import { allEndpoints, disableEndpoint, type Endpoint, noteFailure, noteRecovery } from './endpoint-rows.ts';
import { type Attempt, type PostSetting, post } from './post.ts';
import {
  claimQueues,
  dropDelivery,
  endQueue,
  hurryQueues,
  type NextDelivery,
  nextOf,
  type Queue,
  queueFigures,
  recordAttempt,
  releaseQueue,
  type Wait,
  waitQueue,
} from './queue-rows.ts';
import { patience, retryAfter } from './retries.ts';
import { signedHeaders } from './signing.ts';

/** Accounts that are served at once, for each endpoint: one that hangs holds up itself alone. */
const PER_ENDPOINT = 8;
/** Between looks, where this process has written nothing: what others wrote is found then. */
const IDLE_MS = 1_000;
const FAILED_MS = 2_000;
/** How long another process may go on with an endpoint as it was. */
const KNOWN_MS = 1_000;
/** Figures are for graphs: a few seconds old is new enough. */
const COUNTED_MS = 5_000;
/** After so long without one success, an endpoint is given up: nobody is there. */
const GIVE_UP_MS = 5 * 24 * 60 * 60 * 1_000;

export interface DispatcherSetting {
  readonly database: Database;
  readonly post: PostSetting;
  readonly retries: readonly number[];
  /** What a lease is longer than two attempts: a crash costs this much, and a slow database must not. */
  readonly spareMs: number;
  /** In [0, 1). */
  readonly random: () => number;
  readonly log: (message: string, error?: unknown) => void;
}

/** What a receiver gets. */
export function bodyOf(notice: { type: string; at: number; data: Json }): string {
  return JSON.stringify({ type: notice.type, timestamp: formatInstant(notice.at), data: notice.data });
}

/**
 * Tells endpoints what happened: each notice at least once, those of one account to one endpoint in order, the next
 * only when the one before was delivered or has become a dead letter. An account's queue is held under a lease, so any
 * number of processes share the work and nothing is sent by two of them, except after a crash.
 */
export class Dispatcher {
  readonly #setting: DispatcherSetting;
  readonly #active = new Map<string, number>();
  readonly #running = new Set<Promise<void>>();
  #endpoints: readonly Endpoint[] = [];
  #knownUntil = 0;
  #timer: NodeJS.Timeout | null = null;
  #looking: Promise<void> | null = null;
  #asked = false;
  #started = false;
  #stopped = false;
  #delivered = 0;
  #failed = 0;
  #waiting: Record<string, number> = {};
  #countedUntil = 0;

  constructor(setting: DispatcherSetting) {
    this.#setting = setting;
  }

  /** So long a queue is held by one process, and one only. */
  get #leaseMs(): number {
    return 2 * this.#setting.post.timeoutMs + this.#setting.spareMs;
  }

  start(): void {
    this.#started = true;
    this.hurry();
  }

  /** Ends what is under way, which no attempt draws out, and gives back what is held. */
  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#looking;
    await Promise.all(this.#running);
  }

  /** Something may be due just now. */
  hurry(): void {
    if (!this.#started || this.#stopped) return;
    this.#asked = true;
    this.#looking ??= this.#look();
  }

  /** An endpoint was changed here: it counts at once. */
  forget(): void {
    this.#knownUntil = 0;
    this.hurry();
  }

  /** Attempts of this process since its start; and of all processes, as of a moment ago, what waits and what is dead. */
  get figures(): Record<string, number> {
    return { webhooks_delivered: this.#delivered, webhooks_failed: this.#failed, ...this.#waiting };
  }

  async #count(): Promise<void> {
    if (performance.now() < this.#countedUntil) return;
    this.#countedUntil = performance.now() + COUNTED_MS;
    const { waiting, lagMs, dead } = await queueFigures(this.#setting.database);
    this.#waiting = { webhooks_waiting_accounts: waiting, webhooks_lag_ms: lagMs, webhooks_dead: dead };
  }

  async #look(): Promise<void> {
    let wait = IDLE_MS;
    try {
      while (this.#asked && !this.#stopped) {
        this.#asked = false;
        await this.#claim();
      }
    } catch (error) {
      wait = FAILED_MS;
      this.#setting.log('webhooks could not be looked up and will be again', error);
    }
    this.#looking = null;
    if (this.#stopped) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.hurry(), wait);
    this.#timer.unref();
  }

  async #claim(): Promise<void> {
    const { database } = this.#setting;
    if (performance.now() >= this.#knownUntil) {
      this.#endpoints = await allEndpoints(database);
      this.#knownUntil = performance.now() + KNOWN_MS;
    }
    const free = this.#endpoints
      .filter(({ id, disabledAt }) => disabledAt === null && (this.#active.get(id) ?? 0) < PER_ENDPOINT)
      .map(({ id }) => id);
    if (this.#endpoints.length > 0) await this.#count();
    if (free.length === 0) return;
    for (const queue of await claimQueues(database, {
      endpoints: free,
      leaseMs: this.#leaseMs,
      each: PER_ENDPOINT,
    })) {
      this.#begin(queue);
    }
  }

  #begin(queue: Queue): void {
    const { endpoint } = queue;
    this.#active.set(endpoint, (this.#active.get(endpoint) ?? 0) + 1);
    const serving = this.#serve(queue)
      .catch((error: unknown) => {
        // The lease ends by itself.
        this.#setting.log(`webhooks to ${endpoint} could not be kept track of`, error);
      })
      .finally(() => {
        this.#active.set(endpoint, (this.#active.get(endpoint) as number) - 1);
        this.#running.delete(serving);
        // There may be more than were taken at once.
        this.hurry();
      });
    this.#running.add(serving);
  }

  /** Sends an account's notices one after the other, until none is left, one fails, or time is up. */
  async #serve(claimed: Queue): Promise<void> {
    const { database } = this.#setting;
    let queue = claimed;
    // Nothing is begun that the lease might not outlast.
    const lastMoment = performance.now() + this.#leaseMs / 2;
    for (;;) {
      const endpoint = this.#endpoints.find(({ id }) => id === queue.endpoint);
      const next = await nextOf(database, queue);
      if (next === null) return;
      if (next.notice === null) {
        if (await endQueue(database, queue, next.pushes)) return;
      } else if (next.type === null) {
        await dropDelivery(database, queue, next.notice);
      } else if (endpoint === undefined || endpoint.disabledAt !== null || this.#stopped) {
        return releaseQueue(database, queue);
      } else {
        const wait = await this.#send(queue, endpoint, { ...next, notice: next.notice, type: next.type });
        if (wait !== null) return waitQueue(database, queue, wait);
        // What comes behind has not failed, and has no plan.
        queue = { ...queue, plannedAt: null };
      }
      if (performance.now() > lastMoment) return releaseQueue(database, queue);
    }
  }

  /** One attempt. Answers how the account now has to wait; null: it goes on with the next, or is another's by now. */
  async #send(
    queue: Queue,
    endpoint: Endpoint,
    next: NextDelivery & { readonly notice: number; readonly type: string },
  ): Promise<Wait | null> {
    const { database } = this.#setting;
    const { type, at, data, notice } = next;
    const attempt = await this.#attempt(endpoint, noticeId(queue.account, notice), { type, at, data });
    const { status, error } = attempt;
    if (isDelivered(attempt)) {
      this.#delivered += 1;
      const [recovered] = await Promise.all([
        noteRecovery(database, endpoint.id),
        recordAttempt(database, queue, { notice, state: 'delivered', counts: true, status, error }),
      ]);
      // It answers again: others may be in luck, too.
      if (recovered) await hurryQueues(database, endpoint.id);
      return null;
    }
    this.#failed += 1;
    const wait = this.#waitAfter(attempt, { attempts: next.attempts, plannedAt: queue.plannedAt });
    const state = wait === null ? 'dead' : 'pending';
    const counts = queue.plannedAt === null;
    // Who was overtaken has nothing to say any more, nor anything left to hold.
    if (!(await recordAttempt(database, queue, { notice, state, counts, status, error }))) return null;
    await this.#suffered(endpoint, attempt);
    return wait;
  }

  /**
   * When to try again what has just failed; null: never. Who was tried before its time has lost nothing by it and
   * waits as it did before; who asks for patience is not disturbed by what others hear.
   */
  #waitAfter(
    { retryAfterMs: asked }: Attempt,
    { attempts, plannedAt }: { attempts: number; plannedAt: number | null },
  ): Wait | null {
    if (plannedAt !== null) return { afterMs: patience(asked), notBefore: plannedAt, isFirm: true };
    const { retries, random } = this.#setting;
    const afterMs = retryAfter(attempts + 1, { retries, asked, random: random() });
    return afterMs === null ? null : { afterMs, notBefore: 0, isFirm: asked !== null };
  }

  /** What was not foreseen is a failure like any other: it must not come again forever. */
  async #attempt(
    { id, url, secrets }: Endpoint,
    message: string,
    { type, at, data }: { readonly type: string; readonly at: number; readonly data: string },
  ): Promise<Attempt> {
    try {
      const body = bodyOf({ type, at, data: JSON.parse(data) as Json });
      const headers = signedHeaders({ id: message, body }, secrets, Date.now());
      return await post(url, { headers, body }, this.#setting.post);
    } catch (error) {
      this.#setting.log(`a webhook to ${id} could not be sent`, error);
      return { status: null, error: 'it could not be sent', retryAfterMs: null };
    }
  }

  /** Gives an endpoint up where nobody is to be expected any more. */
  async #suffered({ id }: Endpoint, { status, error }: Attempt): Promise<void> {
    const { database, log } = this.#setting;
    const since = await noteFailure(database, id, error ?? `answered ${status}`);
    if (since === null) return;
    const reason = status === 410 ? 'gone' : Date.now() - since > GIVE_UP_MS ? 'failing' : null;
    if (reason === null) return;
    await disableEndpoint(database, id, reason);
    this.#knownUntil = 0;
    log(`the webhook endpoint ${id} was disabled: ${reason}`);
  }
}

export function isDelivered({ status }: Attempt): boolean {
  return status !== null && status >= 200 && status < 300;
}
