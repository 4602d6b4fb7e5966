import { type Account, type Grant, type Move, nextStamp, type Terms } from './account.ts';
import { MAX_ATOMS, smaller } from './amount.ts';
import { type Command, type Decision, detailOf, type ReceiveCommand, refuse } from './command.ts';
import type { Context } from './decide.ts';
import { ledgerWriter, type Posting } from './entry.ts';
import { exceedsLimit, repayment } from './grant.ts';
import { comparator } from './order.ts';

/**
 * The first half of a merge: one entry takes all that is left of every lot, and the debt, and ends the account. Holds
 * keep what they hold, so it waits for them: refused while one is open.
 */
export function decideSend(
  account: Account,
  command: Command & { verb: 'send' },
  context: Context,
): Decision {
  const busy = openHolds(account);
  if (busy.length > 0) return refuse({ code: 'account_busy', holds: busy });
  const leaving = account.grants.filter(hasFuture);
  const post = ledgerWriter(account, writerOf(context));
  return {
    entries: [
      post({
        type: 'transfer',
        moves: leaving.filter((lot) => lot.remaining > 0n).map(emptied),
        debt: -account.debt,
        detail: {
          reason: command.reason,
          transfer: { to: command.into, lots: leaving.map((lot) => lot.no) },
          closes: { into: command.into },
        },
      }),
    ],
  };
}

const openHolds = (account: Account): number[] =>
  [...account.holds.values()].filter((hold) => hold.state === 'open').map((hold) => hold.no);

/** Something is left of it, or will begin. */
const hasFuture = (lot: Grant): boolean => lot.remaining > 0n || lot.phase === 'scheduled';

const emptied = (lot: Grant): Move => ({ grant: lot.no, remaining: -lot.remaining, held: 0n });

const writerOf = ({ now, actor, rules }: Context) => ({ at: now, actor, catalog: rules.version });

/**
 * The second half: one entry issues every lot under the terms that it had, for what was left of it. What ended on the
 * way expires at once, what was frozen stays so, and debts of either account are repaid in draw order out of what came.
 */
export function decideReceive(account: Account, command: ReceiveCommand, context: Context): Decision {
  const { now } = context;
  const sum = command.lots.reduce((total, { terms }) => total + terms.amount, 0n);
  if (exceedsLimit(account, sum)) return refuse({ code: 'balance_limit_exceeded', limit: MAX_ATOMS });
  let stamp = account.stamp;
  const lots = command.lots.map(({ terms, frozen }) => {
    stamp = nextStamp(stamp, now);
    return { sent: terms.no, terms: { ...terms, no: stamp }, frozen };
  });
  const begun = lots.filter(({ terms }) => terms.effectiveAt <= now);
  const post = ledgerWriter(account, writerOf(context));
  const entries = [
    post({
      type: 'transfer',
      moves: begun.map(({ terms }) => ({ grant: terms.no, remaining: terms.amount, held: 0n })),
      debt: command.debt,
      detail: {
        ...(lots.length === 0 ? {} : { grants: lots.map(({ terms }) => terms) }),
        reason: command.reason,
        transfer: {
          from: command.from,
          seq: command.seq,
          at: command.at,
          lots: lots.map(({ sent, terms }) => [sent, terms.no] as const),
        },
      },
    }),
  ];
  for (const { terms, frozen } of lots) {
    if (frozen !== null) entries.push(post({ type: 'freeze', detail: { grant: terms.no, reason: frozen } }));
  }
  const isOver = ({ expiresAt }: Terms): boolean => expiresAt !== null && expiresAt <= now;
  for (const { terms } of begun) if (isOver(terms)) entries.push(post(lapse(terms)));
  const free = begun.filter(({ terms, frozen }) => frozen === null && !isOver(terms));
  for (const posting of repayments(
    account.debt + command.debt,
    free.map(({ terms }) => terms),
    context,
  )) {
    entries.push(post(posting));
  }
  return { entries };
}

const lapse = ({ no, amount }: Terms): Posting => ({
  type: 'expire',
  moves: [{ grant: no, remaining: -amount, held: 0n }],
});

function* repayments(debt: bigint, lots: readonly Terms[], { rules }: Context): Generator<Posting> {
  let open = debt;
  for (const { no, amount } of [...lots].sort(comparator(rules))) {
    const repaid = smaller(open, amount);
    if (repaid === 0n) return;
    open -= repaid;
    yield repayment(no, repaid);
  }
}

/** Ends the account: the entry that says so, then one for each lot that is taken back with it. A debt stays on record. */
export function decideClose(
  account: Account,
  command: Command & { verb: 'close' },
  context: Context,
): Decision {
  const busy = openHolds(account);
  if (busy.length > 0) return refuse({ code: 'account_busy', holds: busy });
  const post = ledgerWriter(account, writerOf(context));
  const { reason, metadata } = command;
  const end = post({ type: 'adjust', detail: detailOf({ reason, metadata, closes: { into: null } }) });
  const voids = account.grants.filter(hasFuture).map((lot) =>
    post({
      type: 'void',
      moves: lot.remaining > 0n ? [emptied(lot)] : [],
      detail: { grant: lot.no, reason: 'account_closed' },
    }),
  );
  return { entries: [end, ...voids] };
}

/** Enters what redacted entries say now, so that the chain covers it from here on. */
export function decideAttest(
  account: Account,
  command: Command & { verb: 'attest' },
  context: Context,
): Decision {
  const { redaction } = command;
  const post = ledgerWriter(account, writerOf(context));
  return { entries: [post({ type: 'adjust', detail: { reason: 'redaction', redaction } })] };
}
