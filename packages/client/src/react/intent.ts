import { DrawdownApiError } from '../errors.ts';
import { newKey } from '../new-key.ts';

/**
 * One wish of a person, charged once. While it is on its way, the same wish again is the same request; where no answer
 * came, the same wish again is sent under the same key, so that it is found out what became of it. Only an answer, good
 * or bad, makes the next one a wish of its own.
 */
export class Intent<Request, Result> {
  readonly #send: (request: Request, key: string) => Promise<Result>;
  #open: { of: string; key: string; answer: Promise<Result> | null } | null = null;

  constructor(send: (request: Request, key: string) => Promise<Result>) {
    this.#send = send;
  }

  run(request: Request): Promise<Result> {
    const of = JSON.stringify(request);
    if (this.#open?.of !== of) this.#open = { of, key: newKey(), answer: null };
    const open = this.#open;
    open.answer ??= this.#attempt(request, open);
    return open.answer;
  }

  async #attempt(request: Request, open: { key: string; answer: Promise<Result> | null }): Promise<Result> {
    try {
      const result = await this.#send(request, open.key);
      this.#close(open);
      return result;
    } catch (error) {
      open.answer = null;
      // From 500 on, as without any answer, nobody knows.
      if (error instanceof DrawdownApiError && error.status < 500) this.#close(open);
      throw error;
    }
  }

  #close(open: object): void {
    if (this.#open === open) this.#open = null;
  }
}
