import type * as wire from '@drawdown/client';
import type { Campaigns } from '../sources/campaign.ts';
import type { SourceSetting } from '../sources/source.ts';
import { type Actors, Acts } from './acts.ts';
import { Approvals } from './approvals.ts';
import { AuditLog } from './audit.ts';
import { CampaignStarts } from './campaign-starts.ts';
import { Finding } from './find.ts';
import { presentLimits } from './present.ts';

/** What the product's own people see and do. */
export class Staff {
  readonly find: Finding;
  readonly acts: Acts;
  readonly approvals: Approvals;
  readonly audit: AuditLog;
  /** What one of the staff may do alone within 24 hours, in credits. */
  readonly limits: wire.ApprovalLimits;

  constructor(setting: SourceSetting, actors: Actors & { readonly campaigns: Campaigns }) {
    this.find = new Finding(setting);
    this.acts = new Acts(setting, actors);
    this.approvals = new Approvals(setting, this.acts, new CampaignStarts(setting, actors.campaigns));
    this.audit = new AuditLog(setting);
    this.limits = presentLimits(setting.presenter, actors.limits);
  }
}
