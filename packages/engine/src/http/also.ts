/** What a stream says of other accounts than its own: that one has changed, and no more. */
import type { StreamEvent } from '@drawdown/client';
import type { Call, Engine } from '../engine.ts';
import { DrawdownError } from '../errors.ts';
import type { Caller } from './caller.ts';

export type Told =
  | StreamEvent
  | { readonly type: 'changed'; readonly account: string; readonly version: number };

export interface Looking {
  readonly call: Call;
  readonly caller: Caller;
}

/**
 * Of those accounts, the ones whose credits may be looked at now. The others are left out, foreign and absent ones alike:
 * a person's own stream does not end with what they were told of a team that they have left.
 */
export async function mayHear(
  engine: Engine,
  accounts: readonly string[],
  looking: Looking,
): Promise<string[]> {
  const heard = await Promise.all(accounts.map((account) => isHeard(engine, account, looking)));
  return accounts.filter((_, index) => heard[index]);
}

async function isHeard(engine: Engine, account: string, { call, caller }: Looking): Promise<boolean> {
  if (caller.session !== null && !caller.session.accounts.includes(account)) return false;
  try {
    const { sees: _, ...asked } = call;
    await engine.members.admit(account, { call: asked, managers: false });
    await engine.balance(account);
    return true;
  } catch (error) {
    if (error instanceof DrawdownError && error.status < 500) return false;
    throw error;
  }
}

export interface AlsoOptions {
  readonly signal: AbortSignal;
  /** The feed of the account itself. */
  readonly events: (signal: AbortSignal) => AsyncGenerator<Told>;
  readonly accounts: readonly string[];
  readonly looking: Looking;
}

/** The feed, and between its events that another account has changed: its version at first, and each time that it is another. */
export async function* withOthers(
  engine: Engine,
  { signal, events, accounts, looking }: AlsoOptions,
): AsyncGenerator<Told> {
  const stop = new AbortController();
  const both = AbortSignal.any([signal, stop.signal]);
  const others = accounts.map((account) => changesOf(engine, account, { signal: both, looking }));
  const first = events(both);
  try {
    yield* interleaved([first, ...others]);
  } finally {
    stop.abort();
    await Promise.all([first, ...others].map((one) => one.return(undefined)));
  }
}

async function* changesOf(
  engine: Engine,
  account: string,
  { signal, looking }: { signal: AbortSignal; looking: Looking },
): AsyncGenerator<Told> {
  for await (const version of engine.versions(account, signal)) {
    if (!(await isHeard(engine, account, looking))) return;
    yield { type: 'changed', account, version };
  }
}

/** What comes first goes first; over with the first of them, or with the first that fails. */
async function* interleaved(sources: readonly AsyncGenerator<Told>[]): AsyncGenerator<Told> {
  const arrived: (() => { source: AsyncGenerator<Told>; result: IteratorResult<Told> })[] = [];
  let wake: () => void = () => undefined;
  const arrive = (one: (typeof arrived)[number]): void => {
    arrived.push(one);
    wake();
  };
  const ask = (source: AsyncGenerator<Told>): void => {
    source.next().then(
      (result) => arrive(() => ({ source, result })),
      (error: unknown) =>
        arrive(() => {
          throw error;
        }),
    );
  };
  for (const source of sources) ask(source);
  for (;;) {
    const one = arrived.shift();
    if (one === undefined) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
      continue;
    }
    const { source, result } = one();
    if (result.done !== true) {
      yield result.value;
      ask(source);
    } else if (source === sources[0]) return;
  }
}
