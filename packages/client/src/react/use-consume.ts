import { useCallback, useMemo, useState } from 'react';
import type { ConsumeRequest, FreeOnDevice, HoldReceipt, HoldRequest, Receipt } from '../wire.ts';
import { Intent } from './intent.ts';
import { useDrawdown } from './provider.tsx';

export interface Spending<Request, Result> {
  /**
   * Spends once for each wish: a second call while one is on its way is the same request, and a repetition after a
   * lost connection is sent under the same key. Throws what the server refused with.
   */
  spend(request: Request): Promise<Result>;
  readonly pending: boolean;
  /** Of the last wish that was answered. */
  readonly result: Result | null;
  /** Why the last wish was not fulfilled; null while one is on its way. */
  readonly error: unknown;
  reset(): void;
}

/** Spends credits at once. */
export function useConsume(): Spending<ConsumeRequest, Receipt | FreeOnDevice> {
  const { client, account, live } = useDrawdown();
  const send = useCallback(
    async (request: ConsumeRequest, idempotencyKey: string) => {
      const receipt = await client.consume(account, request, { idempotencyKey });
      if (receipt.balance !== null) live.offer(receipt.balance);
      return receipt;
    },
    [client, account, live],
  );
  return useSpending(send);
}

/** Reserves credits for a job that runs: capture what it used, or release it. */
export function useHold(): Spending<HoldRequest, HoldReceipt | FreeOnDevice> {
  const { client, account, live } = useDrawdown();
  const send = useCallback(
    async (request: HoldRequest, idempotencyKey: string) => {
      const receipt = await client.hold(account, request, { idempotencyKey });
      if (receipt.balance !== null) live.offer(receipt.balance);
      return receipt;
    },
    [client, account, live],
  );
  return useSpending(send);
}

interface Answered<Result> {
  pending: boolean;
  result: Result | null;
  error: unknown;
}

function useSpending<Request, Result>(
  send: (request: Request, key: string) => Promise<Result>,
): Spending<Request, Result> {
  const intent = useMemo(() => new Intent(send), [send]);
  const [state, setState] = useState<Answered<Result>>({ pending: false, result: null, error: null });
  const spend = useCallback(
    async (request: Request) => {
      setState((before) => ({ ...before, pending: true, error: null }));
      try {
        const result = await intent.run(request);
        setState({ pending: false, result, error: null });
        return result;
      } catch (error) {
        setState((before) => ({ ...before, pending: false, error }));
        throw error;
      }
    },
    [intent],
  );
  const reset = useCallback(() => setState({ pending: false, result: null, error: null }), []);
  return { ...state, spend, reset };
}
