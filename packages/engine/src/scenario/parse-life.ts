import type { Action } from './model.ts';
import type { Names } from './names.ts';
import type { Words } from './words.ts';

const ROLES = ['owner', 'admin', 'member'] as const;

/** The steps of a team's members, and of an account as a whole. */
export const LIFE_STEPS = {
  member: parseMember,
  leave: (words) => ({ verb: 'leave', member: words.name('a member'), key: null }),
  ask: (words, names) => {
    const name = names.declare(words, 'request');
    return { verb: 'ask', name, member: words.name('a member'), amount: words.amount(), key: null };
  },
  approve: (words, names) => ({ verb: 'approve', request: names.refer(words, 'request'), key: null }),
  deny: (words, names) => ({ verb: 'deny', request: names.refer(words, 'request'), key: null }),
  standing: (words) => ({ verb: 'standing', member: words.name('a member') }),
  merge: (words) => {
    words.keyword('into');
    return { verb: 'merge', into: words.name('an account'), key: parseKey(words) };
  },
  close: (words) => ({ verb: 'close', forfeit: words.take('forfeit'), key: parseKey(words) }),
  cash_out: (words) => ({ verb: 'cash_out', key: parseKey(words) }),
} satisfies Record<string, (words: Words, names: Names) => Action>;

const parseKey = (words: Words): string | null => (words.take('key') ? words.name('a key') : null);

/** `member anna admin limit 50 per month`; without a limit as much as the team has. */
function parseMember(words: Words): Action {
  const member = words.name('a member');
  const role = ROLES.find((one) => words.take(one)) ?? 'member';
  if (!words.take('limit')) return { verb: 'member', member, role, limit: null, key: null };
  const amount = words.amount();
  words.keyword('per');
  const per = words.oneOf(['day', 'month'] as const, 'a period');
  return { verb: 'member', member, role, limit: { amount, per }, key: null };
}
