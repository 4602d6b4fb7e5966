/** Asks providers now and then what happened there, for what they tell in no event. */
import { DrawdownError } from '../errors.ts';
import type { Database } from '../store/database.ts';
import { advance, keptNumber } from '../store/settings.ts';
import type { PaymentEvent, PaymentProvider, ProviderId } from './provider.ts';

interface PollSetting {
  readonly database: Database;
  readonly providers: Iterable<PaymentProvider>;
  readonly enter: (provider: ProviderId, event: PaymentEvent) => Promise<unknown>;
  readonly log: (message: string, error?: unknown) => void;
  /** The providers' clock. */
  readonly now: () => number;
}

/** What a provider lists a little late is asked for again: entered once, it changes nothing. */
const OVERLAP_MS = 3_600_000;

/**
 * How far it has been asked is kept with the installation, so a server that was down asks from there, and two of them ask
 * for the same and enter it once. What cannot be had now moves nothing; what is refused is logged and passed over.
 */
export class PurchasePoll {
  readonly #setting: PollSetting;
  readonly #timers = new Map<ProviderId, NodeJS.Timeout>();
  readonly #rounds = new Set<Promise<void>>();
  #stopped = false;

  constructor(setting: PollSetting) {
    this.#setting = setting;
  }

  start(): void {
    for (const provider of this.#setting.providers) {
      if (provider.pollMs !== undefined) this.#schedule(provider, 0);
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    await Promise.all(this.#rounds);
  }

  #schedule(provider: PaymentProvider, delay: number): void {
    if (this.#stopped) return;
    const timer = setTimeout(() => {
      const round = this.#run(provider).finally(() => this.#rounds.delete(round));
      this.#rounds.add(round);
    }, delay);
    timer.unref();
    this.#timers.set(provider.id, timer);
  }

  async #run(provider: PaymentProvider): Promise<void> {
    try {
      await this.round(provider);
    } catch (error) {
      this.#setting.log(`${provider.id} could not be asked what happened, and will be again`, error);
    }
    this.#schedule(provider, provider.pollMs ?? 0);
  }

  /** Once through all that happened since the last time. */
  async round(provider: PaymentProvider): Promise<void> {
    const { database, enter, log, now } = this.#setting;
    const name = `${provider.id}_heard_until`;
    const [since, until] = [await keptNumber(database, name), now()];
    for await (const heard of provider.recent?.({ since }) ?? []) {
      // Of plans that run, their provider tells by itself.
      if ('plan' in heard) continue;
      try {
        const event = await heard.read();
        if (event !== null) await enter(provider.id, event);
      } catch (error) {
        if (!(error instanceof DrawdownError) || error.status >= 500) throw error;
        log(`${provider.id} tells of ${heard.name}, which was refused: ${error.message}`, error);
      }
    }
    await advance(database, name, until - OVERLAP_MS);
  }
}
