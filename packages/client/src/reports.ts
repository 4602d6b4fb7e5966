import { read } from './exchange.ts';
import type { CallOptions, Transport } from './transport.ts';
import type * as wire from './wire.ts';

/** Calendar months: `2026-03`, or the instant at which one begins. `to` is not included. */
export interface Months {
  from: string;
  to: string;
  /** Whose months these are. Default UTC. */
  time_zone?: string;
}

export interface RollForwardQuery extends Months {
  class?: string;
  /** `currency`, `channel`, or both with a comma. */
  group_by?: string;
}

const REPORTS = '/v1/reports';
/** A report adds up a whole ledger: as long as the server takes, which is an hour at most. */
const TIMEOUT_MS = 3_600_000;

const patient = (options: CallOptions = {}): CallOptions => ({ timeoutMs: TIMEOUT_MS, ...options });

/** Money truth, over all accounts: for keys with the scope `reports`, and for staff. */
export function reportMethods(transport: Transport) {
  const csv = async (path: string, query: object, options?: CallOptions): Promise<string> => {
    const asked = { ...query, format: 'csv' };
    return (
      await transport.send({
        method: 'GET',
        path,
        query: asked,
        options: patient(options),
        accept: 'text/csv',
      })
    ).body;
  };
  return {
    /** Opening, sold, granted, used, … closing, for each month and class, in credits and in money. */
    rollForward: (query: RollForwardQuery, options?: CallOptions) =>
      read<wire.RollForward>(transport, `${REPORTS}/roll_forward`, {
        query: { ...query },
        options: patient(options),
      }),
    /** Paid credits that nobody has used yet, with the money that is not earned yet; now, or just before `at`. */
    outstanding: (query: { at?: wire.Instant; class?: string } = {}, options?: CallOptions) =>
      read<wire.OutstandingReport>(transport, `${REPORTS}/outstanding`, {
        query: { ...query },
        options: patient(options),
      }),
    outstandingCsv: (query: { at?: wire.Instant; class?: string } = {}, options?: CallOptions) =>
      csv(`${REPORTS}/outstanding`, query, options),
    /** Paid credits that lapsed in these months, and what has become of what was sold in each. */
    breakage: (query: Months & { class?: string }, options?: CallOptions) =>
      read<wire.Breakage>(transport, `${REPORTS}/breakage`, {
        query: { ...query },
        options: patient(options),
      }),
    breakageCsv: (query: Months & { class?: string }, options?: CallOptions) =>
      csv(`${REPORTS}/breakage`, query, options),
    rollForwardCsv: (query: RollForwardQuery, options?: CallOptions) =>
      csv(`${REPORTS}/roll_forward`, query, options),
  };
}
