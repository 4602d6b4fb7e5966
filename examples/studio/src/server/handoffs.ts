/**
 * Links from a phone to the web: each opens one project and tool once, within minutes, for the account that asked for
 * it. The link itself signs nobody in. What is kept of it is a hash, in memory: a restart ends them all.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { Handoff, HandoffTarget } from '../wire.ts';
import { Refusal } from './refusal.ts';

/** Long enough to fetch another device, short enough that a photograph of the code is soon worth nothing. */
const MINUTES_10 = 600_000;
const MOST = 10_000;

interface Kept extends HandoffTarget {
  readonly account: string;
  readonly expiresAt: number;
}

export class Handoffs {
  readonly #kept = new Map<string, Kept>();
  readonly #now: () => number;

  constructor({ now }: { now: () => number }) {
    this.#now = now;
  }

  make(account: string, { project, tool, origin }: HandoffTarget & { origin: string }): Handoff {
    for (const [hash, { expiresAt }] of this.#kept) {
      if (expiresAt > this.#now() && this.#kept.size < MOST) break;
      this.#kept.delete(hash);
    }
    const code = randomBytes(24).toString('base64url');
    const expiresAt = this.#now() + MINUTES_10;
    this.#kept.set(hashOf(code), { account, project, tool, expiresAt });
    // In the fragment: it reaches the page and stands in no log.
    return { url: `${origin}/studio#handoff=${code}`, expires_at: new Date(expiresAt).toISOString() };
  }

  /** Opens it and ends it. Another account is refused and ends nothing, so that nobody can spoil a link by guessing. */
  open(account: string, code: string): HandoffTarget {
    const hash = hashOf(code);
    const kept = this.#kept.get(hash);
    if (kept === undefined || kept.expiresAt <= this.#now()) {
      throw new Refusal(410, 'handoff_ended', 'The link was used already, or its time is over');
    }
    if (kept.account !== account) {
      throw new Refusal(403, 'handoff_of_another', 'The link belongs to another account');
    }
    this.#kept.delete(hash);
    return { project: kept.project, tool: kept.tool };
  }
}

function hashOf(code: string): string {
  return createHash('sha256').update(code).digest('hex');
}
