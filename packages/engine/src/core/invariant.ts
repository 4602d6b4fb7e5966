/**
 * A law that turned out not to hold: a defect of the engine or of the data, never a caller's fault. It is thrown,
 * logged with the ledger position, and answered 500; the command it befell is left out of its batch.
 */
export class InvariantBroken extends Error {
  readonly account: string;
  readonly seq: number;

  constructor(law: string, at: { account: string; seq: number }) {
    super(`${law} (account ${at.account}, seq ${at.seq})`);
    this.name = 'InvariantBroken';
    this.account = at.account;
    this.seq = at.seq;
  }
}
