/** All that an engine has for telling what happened, from the sweep for reminders to the last retry. */
import type { Runner } from '../change.ts';
import type { Rules } from '../core/rules.ts';
import type { Queries } from '../queries.ts';
import type { Accounts } from '../store/accounts.ts';
import type { Clock } from '../store/clock.ts';
import type { Database } from '../store/database.ts';
import { Dispatcher } from './dispatcher.ts';
import { Notices } from './notices.ts';
import type { PostSetting } from './post.ts';
import { Reminders } from './reminders.ts';
import { Retention } from './retention.ts';
import { RETRIES_MS } from './retries.ts';
import { Webhooks } from './webhooks.ts';

export interface WebhookOptions extends Partial<PostSetting> {
  /** How long after each failed attempt the next one is made, in milliseconds; what fails once more is dead. */
  readonly retries?: readonly number[];
  /** How long notices are kept. */
  readonly retentionDays?: number;
  /** How much longer than two attempts a process keeps an account's queue to itself; what a crash held waits so long. */
  readonly spareMs?: number;
}

/** A slow receiver is a broken one: it should answer first and work afterwards. */
const TIMEOUT_MS = 15_000;
/** What a database under load takes at most to say that a queue was given back. */
const SPARE_MS = 10_000;
const RETENTION_DAYS = 90;

export interface AnnouncingSetting {
  readonly accounts: Accounts;
  readonly clock: Clock;
  readonly database: Database;
  readonly log: (message: string, error?: unknown) => void;
  readonly queries: Queries;
  readonly random: () => number;
  readonly rules: Rules;
  readonly runner: Runner;
}

export class Announcing {
  readonly notices: Notices;
  readonly webhooks: Webhooks;
  readonly dispatcher: Dispatcher;
  readonly retention: Retention;
  readonly reminders: Reminders;

  constructor(setting: AnnouncingSetting, options: WebhookOptions) {
    const { retries = RETRIES_MS, retentionDays = RETENTION_DAYS, spareMs = SPARE_MS, ...posting } = options;
    const { database, clock, log, random } = setting;
    const post = { allowLoopback: false, timeoutMs: TIMEOUT_MS, ...posting };
    this.notices = new Notices(setting);
    this.dispatcher = new Dispatcher({ database, post, retries, spareMs, random, log });
    this.webhooks = new Webhooks({ database, clock, post, dispatcher: this.dispatcher });
    this.retention = new Retention({ database, clock, days: retentionDays, log });
    this.reminders = new Reminders(setting);
  }

  start(): void {
    this.reminders.start();
    this.dispatcher.start();
    this.retention.start();
  }

  async stop(): Promise<void> {
    await this.reminders.stop();
    await this.dispatcher.stop();
    await this.retention.stop();
  }
}
