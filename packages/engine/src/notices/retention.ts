import { nextStamp } from '../core/account.ts';
import { type Clock, nowStatement } from '../store/clock.ts';
import { type Database, statement } from '../store/database.ts';

/** Rows in one statement: no lock is held for long. */
const PIECE = 1_000;
const BETWEEN_MS = 10 * 60 * 1_000;

const OLD_DELIVERIES = statement<[number, number], never>(
  'retention_deliveries',
  `delete from drawdown.webhook_deliveries where (account, endpoint, notice, bucket) in (
     select d.account, d.endpoint, d.notice, d.bucket from drawdown.webhook_endpoints e
      cross join lateral (select account, endpoint, notice, bucket from drawdown.webhook_deliveries w
        where w.endpoint = e.id and w.notice < $1 order by w.notice limit $2) as d limit $2)`,
);
const OLD_NOTICES = statement<[number, number], never>(
  'retention_notices',
  `delete from drawdown.notices where (account, no, bucket) in (
     select account, no, bucket from drawdown.notices where no < $1 order by no, account limit $2)`,
);
const LEFT_DELIVERIES = statement<[number], never>(
  'retention_left_deliveries',
  `delete from drawdown.webhook_deliveries where (account, endpoint, notice, bucket) in (
     select d.account, d.endpoint, d.notice, d.bucket from drawdown.webhook_endpoints e
       join drawdown.webhook_deliveries d on d.endpoint = e.id where e.deleted_at is not null limit $1)`,
);
const LEFT_QUEUES = statement<[number], never>(
  'retention_left_queues',
  `delete from drawdown.webhook_queues where (account, endpoint, bucket) in (
     select q.account, q.endpoint, q.bucket from drawdown.webhook_endpoints e
       join drawdown.webhook_queues q on q.endpoint = e.id where e.deleted_at is not null limit $1)`,
);
const LEFT_ENDPOINTS = statement<[], never>(
  'retention_left_endpoints',
  `delete from drawdown.webhook_endpoints e where e.deleted_at is not null
      and not exists (select from drawdown.webhook_deliveries d where d.endpoint = e.id)
      and not exists (select from drawdown.webhook_queues q where q.endpoint = e.id)`,
);

export interface RetentionSetting {
  readonly database: Database;
  readonly clock: Clock;
  readonly days: number;
  readonly log: (message: string, error?: unknown) => void;
}

/** Removes notices past their retention, with whatever became of telling them, and what deleted endpoints left. */
export class Retention {
  readonly #setting: RetentionSetting;
  #timer: NodeJS.Timeout | null = null;
  #round: Promise<void> | null = null;
  #stopped = false;

  constructor(setting: RetentionSetting) {
    this.#setting = setting;
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#round ??= this.#run();
    }, BETWEEN_MS);
    this.#timer.unref();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#timer !== null) clearInterval(this.#timer);
    await this.#round;
  }

  async #run(): Promise<void> {
    await this.round().catch((error: unknown) =>
      this.#setting.log('old notices could not be removed', error),
    );
    this.#round = null;
  }

  /** Removes all that is to go by now. */
  async round(): Promise<void> {
    const { database, clock, days } = this.#setting;
    const now = Number((await database.query(nowStatement(clock), [])).rows[0]?.now);
    const before = Math.max(1, nextStamp(0, now - days * 86_400_000));
    await this.#all(() => database.query(OLD_DELIVERIES, [before, PIECE]));
    await this.#all(() => database.query(OLD_NOTICES, [before, PIECE]));
    await this.#all(() => database.query(LEFT_DELIVERIES, [PIECE]));
    await this.#all(() => database.query(LEFT_QUEUES, [PIECE]));
    await database.query(LEFT_ENDPOINTS, []);
  }

  async #all(remove: () => Promise<{ count: number }>): Promise<void> {
    while (!this.#stopped && (await remove()).count >= PIECE);
  }
}
