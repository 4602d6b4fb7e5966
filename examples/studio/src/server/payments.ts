/** The studio's side of a hold: looks whether it pays for a job, and closes it with the studio's own key. */
import { type Client, isProblem } from '@drawdown/client';
import { type JobReceipt, type JobRequest, priceOf } from '../wire.ts';
import { Refusal } from './refusal.ts';

export class Payments {
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  /**
   * The hold, if it is this person's, open, for this very thing and enough; null for what is free. A hold on a team's
   * credits is the person's where the server says that it was opened on their behalf.
   */
  async of(account: string, request: JobRequest): Promise<{ id: string; amount: number } | null> {
    const price = priceOf(request.settings);
    if (price === null) {
      if ('hold' in request) throw new Refusal(400, 'invalid_request', 'This is free: it takes no hold');
      return null;
    }
    if (!('hold' in request))
      throw new Refusal(400, 'invalid_request', 'This costs credits: it takes a hold');
    const hold = await this.#client.getHold(request.hold);
    const isOwn = hold.account === account || hold.member === account;
    if (!isOwn || hold.feature !== price.feature)
      throw new Refusal(403, 'hold_of_another', 'The hold is for something else');
    if (hold.state !== 'open') throw new Refusal(409, 'hold_closed', 'The hold is closed');
    const quote = await this.#client.quote(hold.account, price);
    if ('quote' in quote && quote.amount > hold.amount) {
      throw new Refusal(409, 'hold_too_small', `This costs ${quote.amount}, and ${hold.amount} are held`);
    }
    return hold;
  }

  /** `closed`: the hold ran out before the work was done, and nothing was charged. */
  async capture(hold: string, { job }: { job: string }): Promise<JobReceipt | 'closed'> {
    try {
      const key = { idempotencyKey: `studio:capture:${job}` };
      const { operation, balance } = await this.#client.capture(hold, {}, key);
      const { id, amount, draws } = operation;
      return { operation: id, amount, draws, available: balance.available };
    } catch (error) {
      if (isProblem(error, 'hold_closed')) return 'closed';
      throw error;
    }
  }

  /** A hold that is closed already stays as it is. */
  async release(hold: string, { job, reason }: { job: string; reason: string }): Promise<void> {
    try {
      await this.#client.release(hold, { reason }, { idempotencyKey: `studio:release:${job}` });
    } catch (error) {
      if (!isProblem(error, 'hold_closed')) throw error;
    }
  }
}
