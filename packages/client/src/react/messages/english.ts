import { account } from './english-account.ts';
import { first } from './english-first.ts';
import { money } from './english-money.ts';
import { refused } from './english-refused.ts';
import { team } from './english-team.ts';

/**
 * Every word of the components, in English. `{count}` chooses the plural and is written as the language writes numbers;
 * the other places are filled as they are.
 */
export const english = { ...first, ...account, ...money, ...team, ...refused };
