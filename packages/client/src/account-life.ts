import { DrawdownApiError } from './errors.ts';
import { accountPath, change, post, read } from './exchange.ts';
import { type CallOptions, type ChangeOptions, problemOf, type Transport } from './transport.ts';
import type * as wire from './wire.ts';

/** What happens to an account as a whole; staff only, but for the export of one's own data. */
export function accountLifeMethods(transport: Transport) {
  return {
    /** Everything that is kept about the account, line by line as it arrives; throws where the answer was cut off. */
    exportAccount: (account: string, options: { signal?: AbortSignal } = {}) =>
      exported(transport, `${accountPath(account)}/export`, options.signal),
    /** Removes a closed account's personal data. Repeat it where no answer came: once done, the old id is unknown. */
    eraseAccount: (account: string, body: wire.EraseRequest, options?: CallOptions) =>
      post<wire.Erasure>(transport, `${accountPath(account)}/erase`, { body, options, kind: 'once' }),
    /** Puts everything into another account, lot by lot under the same terms, and closes this one. */
    mergeAccount: (account: string, body: wire.MergeRequest, options?: ChangeOptions) =>
      change<wire.MergeReceipt>(transport, `${accountPath(account)}/merge`, { body, options }),
    /** What a merge would do; writes nothing. */
    previewMerge: (account: string, body: wire.MergeRequest, options?: CallOptions) =>
      post<wire.MergePreview>(transport, `${accountPath(account)}/merge/preview`, {
        body,
        options,
        kind: 'repeatable',
      }),
    /** Where everything of a merged account went, or is. */
    getMerge: (account: string, options?: CallOptions) =>
      read<wire.MergeReport>(transport, `${accountPath(account)}/merge`, { options }),
    /** Closes the account for good; what was paid for and not spent is settled as the catalog says. */
    closeAccount: (account: string, body: wire.CloseRequest, options?: ChangeOptions) =>
      change<wire.CloseReceipt>(transport, `${accountPath(account)}/close`, { body, options }),
    /** What closing would do to each lot; writes nothing. */
    previewClosing: (account: string, options?: CallOptions) =>
      post<wire.ClosePreview>(transport, `${accountPath(account)}/close/preview`, {
        body: undefined,
        options,
        kind: 'repeatable',
      }),
    /** A closed account, and what is still to be paid for it. */
    getClosure: (account: string, options?: CallOptions) =>
      read<wire.ClosureReport>(transport, `${accountPath(account)}/closure`, { options }),
    /** Records that what was payable has been paid. */
    settleClosure: (account: string, body: wire.SettlementRequest, options?: CallOptions) =>
      post<wire.ClosureReport>(transport, `${accountPath(account)}/closure/settle`, {
        body,
        options,
        kind: 'repeatable',
      }),
  };
}

async function* exported(
  transport: Transport,
  path: string,
  signal: AbortSignal = new AbortController().signal,
): AsyncGenerator<wire.ExportLine, void, undefined> {
  const response = await transport.open(path, { accept: 'application/x-ndjson' }, signal);
  if (!response.ok || response.body === null) {
    throw new DrawdownApiError(problemOf({ status: response.status, body: await response.text() }), null);
  }
  let rest = '';
  let isWhole = false;
  for await (const text of decoded(response.body)) {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const read = JSON.parse(line) as wire.ExportLine;
      isWhole = read.type === 'end';
      yield read;
    }
  }
  if (!isWhole) throw new Error('the export was cut off before its end');
}

async function* decoded(body: ReadableStream<Uint8Array>): AsyncGenerator<string, void, undefined> {
  const reader = body
    .pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)
    .getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
