import type { Changes } from '../changes.ts';
import type { SourceSetting } from '../sources/source.ts';
import { Acts } from './acts.ts';
import { Finding } from './find.ts';

/** What the product's own people see and do. */
export class Staff {
  readonly find: Finding;
  readonly acts: Acts;

  constructor(setting: SourceSetting, changes: Changes) {
    this.find = new Finding(setting);
    this.acts = new Acts(setting, changes);
  }
}
