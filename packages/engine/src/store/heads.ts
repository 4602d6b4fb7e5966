import { type Database, statement } from './database.ts';

/** How far an account's ledger had come: kept elsewhere, it later tells that the end of a ledger was cut off. */
export interface Head {
  readonly number: number;
  readonly account: string;
  readonly seq: number;
  /** Of the entry numbered `seq`, hex; zeros where there is none. */
  readonly head: string;
}

interface HeadRow {
  number: bigint;
  id: string;
  seq: bigint;
  head: Buffer;
}

const HEADS = statement<[number, number], HeadRow>(
  'heads',
  'select number, id, seq, head from drawdown.accounts where number > $1 order by number limit $2',
);

const PAGE = 5_000;

/** The heads of all accounts, in the order of their numbers; each is true of one moment, not all of the same one. */
export async function* exportHeads(database: Database): AsyncGenerator<Head> {
  let after = 0;
  for (;;) {
    const { rows } = await database.query(HEADS, [after, PAGE]);
    for (const { number, id, seq, head } of rows) {
      after = Number(number);
      yield { number: after, account: id, seq: Number(seq), head: head.toString('hex') };
    }
    if (rows.length < PAGE) return;
  }
}

/** Exported heads beside the accounts as they are met, both in the order of their numbers. */
export class HeadsBeside {
  readonly #heads: AsyncIterator<Head> | Iterator<Head>;
  #next: Head | null = null;
  #last = Number.NEGATIVE_INFINITY;

  private constructor(heads: Iterable<Head> | AsyncIterable<Head>) {
    this.#heads = Symbol.asyncIterator in heads ? heads[Symbol.asyncIterator]() : heads[Symbol.iterator]();
  }

  /** Without those up to and with the number `from`. */
  static async after(heads: Iterable<Head> | AsyncIterable<Head>, from: number): Promise<HeadsBeside> {
    const beside = new HeadsBeside(heads);
    await beside.#advance();
    await beside.before(from + 1);
    return beside;
  }

  async #advance(): Promise<void> {
    const { done, value } = await this.#heads.next();
    this.#next = done === true ? null : value;
    if (this.#next === null) return;
    if (this.#next.number <= this.#last) throw new RangeError('heads are given in the order of the export');
    this.#last = this.#next.number;
  }

  /** The head of that account, where one was exported. */
  async of(number: number): Promise<Head | null> {
    const next = this.#next;
    if (next?.number !== number) return null;
    await this.#advance();
    return next;
  }

  /** The heads of accounts numbered below `number`, which nobody asked for: their accounts are not there. */
  async before(number: number): Promise<Head[]> {
    const passed: Head[] = [];
    while (this.#next !== null && this.#next.number < number) {
      passed.push(this.#next);
      await this.#advance();
    }
    return passed;
  }
}
