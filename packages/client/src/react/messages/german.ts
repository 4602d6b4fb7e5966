import { account } from './german-account.ts';
import { first } from './german-first.ts';
import { money } from './german-money.ts';
import { refused } from './german-refused.ts';
import { team } from './german-team.ts';
import type { Messages } from './translate.ts';

/** All of it in German. */
export const german: Messages = { ...first, ...account, ...money, ...team, ...refused };
