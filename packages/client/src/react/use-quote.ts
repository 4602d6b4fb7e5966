import { useEffect, useState } from 'react';
import type { Quote, QuoteRequest } from '../wire.ts';
import { useDrawdown } from './provider.tsx';
import { useBalance } from './use-balance.ts';

export interface Quoting {
  /** What it would cost now; the last one stays while settings change, so that the button does not jump. */
  readonly quote: Quote | null;
  /** The device does the work: nothing is charged. */
  readonly free: boolean;
  /** A newer one is on its way. */
  readonly loading: boolean;
  readonly error: unknown;
  /** Asks again, after a quote was refused say. */
  refresh(): void;
}

/** Settings change by the keystroke; what is asked is what they are once the hand rests. */
const REST_MS = 120;
/** A quote that ends while a finger is on its way to the button helps nobody. */
const EARLY_MS = 10_000;

/** The price of a request, asked again when its settings or the balance change, and before it ends. Null: none. */
export function useQuote(request: QuoteRequest | null): Quoting {
  const { client, account, live } = useDrawdown();
  const version = useBalance().balance?.version;
  const [turn, setTurn] = useState(0);
  const [state, setState] = useState<Omit<Quoting, 'refresh'>>({
    quote: null,
    free: false,
    loading: request !== null,
    error: null,
  });
  // The request is a value: two objects that say the same are one question.
  const asked = request === null ? null : JSON.stringify(request);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a change of the balance or a turn asks the same again
  useEffect(() => {
    if (asked === null) {
      setState({ quote: null, free: false, loading: false, error: null });
      return;
    }
    const controller = new AbortController();
    const { signal } = controller;
    setState((before) => ({ ...before, loading: true }));
    const rest = setTimeout(() => {
      client.quote(account, JSON.parse(asked) as QuoteRequest, { signal }).then(
        (answer) => {
          if (signal.aborted) return;
          const quote = 'quote' in answer ? answer : null;
          setState({ quote, free: quote === null, loading: false, error: null });
        },
        (error: unknown) => {
          if (!signal.aborted) setState({ quote: null, free: false, loading: false, error });
        },
      );
    }, REST_MS);
    return () => {
      clearTimeout(rest);
      controller.abort();
    };
  }, [client, account, asked, version, turn]);

  const expiresAt = state.quote?.expires_at;
  useEffect(() => {
    if (expiresAt === undefined) return;
    const left = Date.parse(expiresAt) - live.now() - EARLY_MS;
    const timer = setTimeout(() => setTurn((before) => before + 1), Math.max(left, EARLY_MS));
    return () => clearTimeout(timer);
  }, [expiresAt, live]);

  return { ...state, refresh: () => setTurn((before) => before + 1) };
}
