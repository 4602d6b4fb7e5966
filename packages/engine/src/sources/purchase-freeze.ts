/** A lot that is frozen because its purchase is disputed or being given back may be frozen by staff as well. */
import type { AskedPrepared, Runner } from '../change.ts';
import { DrawdownError } from '../errors.ts';
import { type Connection, statement } from '../store/database.ts';
import type { Prepared } from '../store/task.ts';

const FROZEN_BY = statement<[number, number], { no: bigint }>(
  'purchase_frozen_lot',
  'select no from drawdown.purchases where account = $1 and $2 = any (frozen) and moved_to is null',
);
const LET_GO = statement<readonly unknown[], unknown>(
  'purchase_let_go',
  'update drawdown.purchases set frozen = array_remove(frozen, $3::int8) where account = $1 and no = $2',
);

/** From then on it is staff's: the purchase unfreezes only what it froze itself. */
export function freezeAsWell<T>(
  through: Pick<Runner, 'runPrepared'>,
  asked: Omit<AskedPrepared<T>, 'prepare'>,
  { no, reason }: { readonly no: number; readonly reason: string },
): Promise<T> {
  const { number } = asked.account;
  const prepare = async (on: Connection): Promise<Prepared> => {
    const { rows } = await on.query(FROZEN_BY, [number, no]);
    const purchase = rows[0];
    if (purchase === undefined) throw new DrawdownError('grant_frozen');
    return {
      command: { verb: 'freeze', grant: no, reason, again: true },
      writes: () => [{ statement: LET_GO, params: [number, Number(purchase.no), no] }],
    };
  };
  return through.runPrepared({ ...asked, prepare });
}
