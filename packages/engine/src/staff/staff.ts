import type { SourceSetting } from '../sources/source.ts';
import { Finding } from './find.ts';

/** What the product's own people see and do. */
export class Staff {
  readonly find: Finding;

  constructor(setting: SourceSetting) {
    this.find = new Finding(setting);
  }
}
