/** What staff do to one account, shown first; what is above a limit waits for a second person. */
import type * as wire from '@drawdown/client';
import { type ClientCommand, type Invocation, parameter, stated } from './command.ts';
import { CommandError } from './exit.ts';
import { AMOUNT_OPTION, KEY_OPTION, METADATA_OPTION, metadataOption, takeKey } from './options.ts';
import { money } from './purchases.ts';
import { balanceTable, credits } from './show.ts';

/** The act as the server takes it; what does not go with it is refused there. */
function actOf(invocation: Invocation): wire.Act {
  const { options } = invocation;
  const [act, id] = [parameter(invocation, 0), parameter(invocation, 1)];
  const until = options.text('expires-at');
  const stating = stated({
    amount: options.text('amount'),
    class: options.text('class'),
    effective_at: options.text('effective-at'),
    expires_at: until === 'never' ? null : until,
    valid_for: options.text('valid-for'),
    priority: options.whole('priority', { min: -1e6, max: 1e6 }),
    features: options.list('feature'),
    metadata: metadataOption(options),
  });
  switch (act) {
    case 'grant':
    case 'adjust':
      return { act, account: id, ...stating } as wire.Act;
    case 'extend':
    case 'void':
    case 'freeze':
    case 'unfreeze':
      return { act, grant: id, ...stating } as wire.Act;
    case 'refund':
      return { act, operation: id, ...stating } as wire.Act;
    case 'end_top_up':
      return { act, purchase: id, taken: takenOf(invocation), ...stating };
    default:
      throw new CommandError(
        'usage',
        `"${act}" is none of grant, adjust, extend, void, freeze, unfreeze, refund and end_top_up`,
      );
  }
}

/** Said in so many words: of a charge nothing is taken for granted. */
function takenOf({ options }: Invocation): wire.TakenCharge | null {
  const payment = options.text('taken');
  if (options.flag('not-taken') === (payment !== undefined)) {
    throw new CommandError('usage', 'one of --not-taken and --taken <payment> says what the provider did');
  }
  if (payment === undefined) return null;
  options.demand('amount-minor');
  const amount_minor = options.whole('amount-minor', { min: 1, max: 1_000_000_000_000 }) as number;
  return { payment, amount_minor, currency: options.demand('currency') };
}

function chargeText({ charge }: wire.ActPreview): string {
  if (charge === undefined) return '';
  const { purchase, becomes, owed } = charge;
  const what = becomes === 'completed' ? 'is paid' : owed === null ? 'was not taken' : 'buys nothing';
  return ` The charge ${purchase} ${what}${owed === null ? '' : `, and ${money(owed)} in minor units is owed`}.`;
}

export const actCommand: ClientCommand = {
  name: 'act',
  summary: 'Do what staff may do to an account, or ask a second person for it where it is above a limit',
  parameters: [
    ['<act>', 'grant, adjust, extend, void, freeze, unfreeze, refund or end_top_up'],
    [
      '<id>',
      'of grant and adjust the account, of refund the operation, of end_top_up the purchase, of the others the grant',
    ],
  ],
  options: [
    AMOUNT_OPTION,
    ['--class <class>', 'of what is granted, or what alone is taken from'],
    ['--valid-for <duration>', 'calendar duration, e.g. P30D or P1M'],
    ['--expires-at <time>', 'RFC 3339 time, or never'],
    ['--effective-at <time>', 'not spendable before'],
    ['--priority <number>', 'lower is drawn first within a class'],
    ['--feature <id...>', 'only these features may draw on it'],
    ['--not-taken', 'of a charge that its provider does not answer about: it took nothing'],
    ['--taken <payment>', 'of such a charge: it was taken by this payment'],
    ['--amount-minor <minor>', 'what was taken, in minor units'],
    ['--currency <code>', 'of what was taken'],
    ['--reason <text>', 'why; kept in the audit log'],
    ['--preview', 'only show what it would do'],
    METADATA_OPTION,
    KEY_OPTION,
  ],
  help: 'Example: drawdown act grant u_1 --class promotional --amount 500 --valid-for P30D --reason "the outage"',
  target: { staff: true },
  run: async (invocation) => {
    const { client, options, output } = invocation;
    const act = actOf(invocation);
    const shown = await client.previewAct({ ...act, ...stated({ reason: options.text('reason') }) });
    const change = `${shown.account}: ${shown.before.total} → ${shown.after.total} credits`;
    if (options.flag('preview')) {
      const needs = shown.approval.required ? ', and a second person is asked' : '';
      output.answer(
        shown,
        () => `${change}, by ${shown.act} of ${credits(shown.size)}${needs}.${chargeText(shown)}`,
      );
      return undefined;
    }
    const request: wire.ActRequest = { ...act, reason: options.demand('reason'), preview: shown.preview };
    const done = await client.act(request, takeKey(options));
    output.answer(done, () => {
      if (done.state === 'pending') return `Waits for a second person as ${done.approval?.id}. ${change}.`;
      const after = done.balance === null ? '' : `\n\n${balanceTable(output, done.balance)}`;
      return `Done: ${change}.${chargeText(shown)}${after}`;
    });
    return undefined;
  },
};
