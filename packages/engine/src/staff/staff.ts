import type * as wire from '@drawdown/client';
import type { Changes } from '../changes.ts';
import type { SourceSetting } from '../sources/source.ts';
import { Acts } from './acts.ts';
import { Approvals } from './approvals.ts';
import { AuditLog } from './audit.ts';
import { Finding } from './find.ts';
import { type Limits, presentLimits } from './present.ts';

/** What the product's own people see and do. */
export class Staff {
  readonly find: Finding;
  readonly acts: Acts;
  readonly approvals: Approvals;
  readonly audit: AuditLog;
  /** What one of the staff may do alone within 24 hours, in credits. */
  readonly limits: wire.ApprovalLimits;

  constructor(setting: SourceSetting, changes: Changes, limits: Limits) {
    this.find = new Finding(setting);
    this.acts = new Acts(setting, changes, limits);
    this.approvals = new Approvals(setting, this.acts);
    this.audit = new AuditLog(setting);
    this.limits = presentLimits(setting.presenter, limits);
  }
}
