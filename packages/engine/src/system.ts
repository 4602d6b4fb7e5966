/** How the engine and its database are, for whoever runs them. */
import type * as wire from '@drawdown/client';
import { formatInstant } from './core/calendar.ts';
import type { Figures } from './figures.ts';
import { queueFigures } from './notices/queue-rows.ts';
import { type Clock, nowStatement } from './store/clock.ts';
import { databaseFacts, dueAccounts, endpointQueues, unanswered } from './store/condition.ts';
import type { Database } from './store/database.ts';
import type { Writer } from './store/transact.ts';
import { lastVerification } from './store/verifications.ts';
import type { Sweep } from './sweep.ts';

/** A provider's library tries for less than a minute, and is asked again soon: later than this, somebody may have to look. */
const ANSWERED_MS = 10 * 60_000;

export interface SystemSetting {
  readonly database: Database;
  readonly clock: Clock;
  readonly figures: Figures;
  readonly writer: Writer;
  readonly sweep: Sweep;
  /** Outcomes of the deliveries of payment providers, by name. */
  readonly deliveries: () => Readonly<Record<string, number>>;
}

/** What the server around the engine knows of itself. */
export interface DoorFacts {
  readonly version: string;
  readonly streams: number;
  readonly failures: wire.SystemState['process']['failures'];
}

export class System {
  readonly #setting: SystemSetting;

  constructor(setting: SystemSetting) {
    this.#setting = setting;
  }

  async state(door: DoorFacts): Promise<wire.SystemState> {
    const { database, clock } = this.#setting;
    const now = Number((await database.query(nowStatement(clock), [])).rows[0]?.now);
    const [facts, sweep, asked, webhooks, verify] = await Promise.all([
      databaseFacts(database),
      this.#sweep(now),
      unanswered(database, now - ANSWERED_MS),
      this.#webhooks(),
      lastVerification(database),
    ]);
    return {
      as_of: formatInstant(now),
      process: { ...this.#process(), ...door },
      sweep,
      unanswered: {
        charges: asked.charges,
        refunds: asked.refunds,
        plan_changes: asked.planChanges,
        oldest_asked_at: asked.oldest === null ? null : formatInstant(asked.oldest),
        accounts: [...asked.accounts],
      },
      webhooks,
      database: {
        version: facts.version,
        role: facts.standby ? 'standby' : 'primary',
        size_bytes: facts.sizeBytes,
        schema: facts.schema,
        connections: facts.connections,
        estimated: { accounts: facts.accounts, entries: facts.entries, grants: facts.grants },
      },
      verify: verify && {
        started_at: formatInstant(verify.startedAt),
        finished_at: formatInstant(verify.finishedAt),
        accounts: verify.accounts,
        entries: verify.entries,
        faults: verify.faults,
      },
    };
  }

  #process(): Omit<wire.SystemState['process'], keyof DoorFacts> {
    const { figures, writer, deliveries } = this.#setting;
    return {
      started_at: formatInstant(figures.startedAt.getTime()),
      up_seconds: Math.floor(figures.upMs / 1000),
      rates: figures.rates,
      commands: named('commands', figures.counts).map(([verb, outcome, count]) => ({ verb, outcome, count })),
      deliveries: named('deliveries', deliveries()).map(([provider, outcome, count]) => ({
        provider,
        outcome,
        count,
      })),
      waiting_commands: writer.depth,
      lane_lag_ms: Math.round(writer.lagMs),
    };
  }

  async #sweep(now: number): Promise<wire.SystemState['sweep']> {
    const { sweep, database } = this.#setting;
    const { due, oldest } = await dueAccounts(database, now);
    return {
      lag_ms: sweep.figures.lagMs,
      settled: sweep.figures.settled,
      due_accounts: due,
      oldest_due_at: oldest === null ? null : formatInstant(oldest),
    };
  }

  async #webhooks(): Promise<wire.SystemState['webhooks']> {
    const { database } = this.#setting;
    const [queues, endpoints] = await Promise.all([queueFigures(database), endpointQueues(database)]);
    return {
      waiting_accounts: queues.waiting,
      lag_ms: queues.lagMs,
      endpoints: endpoints.map(({ id, url, disabled, waiting, dead }) => ({
        id,
        // The rest of an address may be a secret, and not everybody who sees this may see webhooks.
        host: new URL(url).host,
        state: disabled ? 'disabled' : 'enabled',
        waiting,
        dead,
      })),
    };
  }
}

/** What was counted under `kind.first.second`, most of it first. */
function named(kind: string, counts: Readonly<Record<string, number>>): [string, string, number][] {
  return Object.entries(counts)
    .flatMap(([name, count]): [string, string, number][] => {
      const [of, first, second] = name.split('.');
      return of === kind && first !== undefined && second !== undefined ? [[first, second, count]] : [];
    })
    .sort((a, b) => b[2] - a[2] || (a[0] < b[0] ? -1 : 1));
}
