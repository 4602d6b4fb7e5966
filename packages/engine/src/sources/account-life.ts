import { CashOuts } from './cash-outs.ts';
import { Closures } from './closures.ts';
import { Erasures } from './erasures.ts';
import { Exports, type ExportsSetting } from './exports.ts';
import { Merges } from './merges.ts';
import type { LifePayments } from './payments.ts';
import { Settlements } from './settlements.ts';

/** What happens to an account as a whole. */
export class AccountLife {
  readonly merges: Merges;
  readonly closures: Closures;
  readonly erasures: Erasures;
  readonly exports: Exports;
  readonly cashOuts: CashOuts;
  readonly settlements: Settlements;

  constructor(setting: ExportsSetting, payments: LifePayments) {
    this.merges = new Merges(setting);
    this.closures = new Closures(setting, payments);
    this.erasures = new Erasures(setting, { closures: this.closures, topUps: payments.topUps });
    this.exports = new Exports(setting);
    this.cashOuts = new CashOuts(setting);
    this.settlements = new Settlements(setting);
  }

  /** Finishes what a process left between two accounts, from now on. */
  start(): void {
    this.merges.start();
  }

  stop(): Promise<void> {
    return this.merges.stop();
  }
}
