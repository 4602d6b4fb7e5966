import type * as wire from '@drawdown/client';
import type { Call } from './change.ts';
import type { Changes } from './changes.ts';
import { DrawdownError, invalid } from './errors.ts';
import type { Accounts } from './store/accounts.ts';

const MAX_OPERATIONS = 1_000;

/** Judges each on its own; they share batches with each other and with everybody else. Answers in order. */
export async function consumeBatch(
  body: wire.BatchRequest,
  call: Call,
  engine: { consume: Changes['consume']; accounts: Accounts },
): Promise<wire.BatchResponse> {
  const { operations } = body;
  if (!Array.isArray(operations) || operations.length < 1 || operations.length > MAX_OPERATIONS) {
    throw invalid('operations', `must list 1 to ${MAX_OPERATIONS} operations`);
  }
  // All that are new are found in one look; an id that is none is refused with its own operation.
  await engine.accounts.learn(
    operations.map(({ account }) => account).filter((id) => typeof id === 'string'),
  );
  return { results: await Promise.all(operations.map((operation) => one(operation, call, engine))) };
}

async function one(
  { account, idempotency_key: idempotencyKey, ...request }: wire.BatchRequest['operations'][number],
  call: Call,
  engine: { consume: Changes['consume'] },
): Promise<wire.BatchResult> {
  try {
    if (idempotencyKey === undefined) throw new DrawdownError('idempotency_key_required');
    const receipt = await engine.consume(account, request, { ...call, idempotencyKey });
    return { status: 200, ...receipt };
  } catch (error) {
    // One that broke is answered alone: the others may be committed.
    const known =
      error instanceof DrawdownError ? error : new DrawdownError('internal', undefined, {}, error);
    return { status: known.status, error: known.toProblem() };
  }
}
