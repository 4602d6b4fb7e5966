/** How often whom: a bucket of tokens for each, refilled as time passes. Exact also for requests of one moment. */
import { DrawdownError } from '../errors.ts';
import type { RateLimit } from './limits.ts';

/** The identities counted at one time, about 10 MB; whoever was quiet longest is forgotten, which is a full bucket. */
const MAX_BUCKETS = 50_000;

interface Bucket {
  tokens: number;
  /** Milliseconds of the process's own clock, which nobody can set. */
  at: number;
}

export class TokenBuckets {
  readonly #rate: RateLimit;
  readonly #buckets = new Map<string, Bucket>();

  constructor(rate: RateLimit) {
    this.#rate = rate;
  }

  /** Takes a token; throws 429 with the time after which there is one again. */
  take(identity: string): void {
    const { perSecond, burst } = this.#rate;
    const now = performance.now();
    const bucket = this.#buckets.get(identity) ?? { tokens: burst, at: now };
    bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.at) / 1000) * perSecond);
    bucket.at = now;
    // Moved to the end: the map's order is that of the last use.
    this.#buckets.delete(identity);
    this.#buckets.set(identity, bucket);
    if (this.#buckets.size > MAX_BUCKETS) this.#forgetOldest();
    if (bucket.tokens < 1) throw tooMany((1 - bucket.tokens) / perSecond);
    bucket.tokens -= 1;
  }

  #forgetOldest(): void {
    for (const oldest of this.#buckets.keys()) {
      this.#buckets.delete(oldest);
      return;
    }
  }
}

function tooMany(wait: number): DrawdownError {
  const seconds = Math.max(1, Math.ceil(wait));
  return new DrawdownError('rate_limited', `Too many requests; try again in ${seconds} s`, {
    retry_after: seconds,
  });
}
