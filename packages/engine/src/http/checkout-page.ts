/** One page without scripts and without anything from elsewhere. */
import { createHash } from 'node:crypto';
import type { SandboxAction } from '../sources/sandbox.ts';
import type { SandboxDesk } from '../sources/sandbox-checkout.ts';

const STYLE = `
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; }
main { width: min(26rem, 100vw - 2rem); padding: 1rem 0; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .25rem; }
.price { font-size: 2rem; font-variant-numeric: tabular-nums; margin: 1rem 0; }
.note { border-inline-start: .25rem solid; padding-inline-start: .75rem; }
form { margin: .5rem 0 0; }
button { box-sizing: border-box; width: 100%; min-height: 2.75rem; font: inherit; cursor: pointer; }
:focus-visible { outline: .1875rem solid; outline-offset: .125rem; }
`;

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/** A form that is answered by a redirect needs its target's origin among those that forms may go to. */
export function pagePolicy(returnUrl: string): string {
  return [
    "default-src 'none'",
    'img-src data:',
    `style-src 'sha256-${STYLE_HASH}'`,
    `form-action 'self' ${new URL(returnUrl).origin}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

const LABELS: Readonly<Record<SandboxAction, string>> = {
  pay: 'Pay',
  decline: 'Pay with a card that is declined',
  cancel: 'Cancel',
  refund: 'Refund the payment',
  dispute: 'Open a dispute',
  win: 'Close the dispute: won',
  lose: 'Close the dispute: lost',
  renew: 'Renew now',
  fail: 'Let the renewal fail',
  keep: 'Take the cancellation back',
  pay_and_keep: 'Pay, and keep the card for later',
  pay_and_keep_declining: 'Pay, and keep a card that is declined later',
  pay_and_keep_asking: 'Pay, and keep a card that asks for its owner later',
};

type Plan = Extract<SandboxDesk, { plan: unknown }>;
type Pack = Extract<SandboxDesk, { purchase: unknown }>;

const SENTENCES: Readonly<Record<Pack['purchase']['state'], string>> = {
  open: 'This is the sandbox: no money moves, everything else happens.',
  canceled: 'The checkout was canceled. Nothing was charged.',
  failed: 'The payment failed. Nothing was charged.',
  expired: 'The checkout has expired. Nothing was charged.',
  completed: 'Paid. The credits are in the account.',
  refunding: 'A refund was asked for. The credits are kept until it is made.',
  disputed: 'The payment is disputed. Its credits cannot be spent until that is settled.',
  partly_reversed: 'A part of the money went back, and the credits for it with it.',
  reversed: 'The money went back, and the unspent credits with it.',
};

const PLAN_SENTENCES: Readonly<Record<NonNullable<Plan['subscription']>['status'], string>> = {
  trialing: 'The trial runs. Its credits are in the account.',
  active: 'Paid. The credits of the period are in the account.',
  past_due: 'A payment failed. It can be made good until the grace is over.',
  paused: 'The plan is paused.',
  cancelled: 'The plan was cancelled and is over.',
  ended: 'The plan has ended, since nothing was paid.',
};

/** What the page says above its buttons. */
function shown(desk: SandboxDesk): {
  title: string;
  bonus: string;
  price: string;
  note: string;
  ids: string;
} {
  const count = (credits: number) => credits.toLocaleString('en');
  if ('purchase' in desk) {
    const { purchase } = desk;
    return {
      title: `${count(purchase.credits)} credits`,
      bonus: purchase.bonus > 0 ? `and ${count(purchase.bonus)} on top` : '',
      price: priceText(purchase.price),
      note: SENTENCES[purchase.state],
      ids: `Account ${purchase.account}, purchase ${purchase.id}`,
    };
  }
  const { plan, subscription } = desk;
  return {
    title: `Plan ${plan.plan}: ${count(plan.credits)} credits per refill`,
    bonus:
      plan.trial && subscription === null
        ? 'It begins with its trial; nothing is charged before that ends.'
        : '',
    price: `${priceText(plan.price)} per ${plan.interval}`,
    note: subscription === null ? checkoutNote(plan.state) : planNote(subscription),
    ids: `Account ${plan.account}, subscription ${plan.subscription}`,
  };
}

function checkoutNote(state: Plan['plan']['state']): string {
  if (state === 'refused') return 'The plan could not begin any more. What was paid is owed back.';
  return SENTENCES[state === 'begun' ? 'open' : state];
}

function planNote({ status, paid_until, cancel_at }: NonNullable<Plan['subscription']>): string {
  const until = paid_until === null ? '' : ` Paid until ${paid_until}.`;
  const ends = cancel_at === null ? '' : ` It ends at ${cancel_at}.`;
  return `${PLAN_SENTENCES[status]}${until}${ends}`;
}

export interface PageAbout {
  readonly checkout: string;
  /** The card was declined a moment ago. */
  readonly declined: boolean;
  readonly returnTo: string;
}

export function checkoutPage(desk: SandboxDesk, about: PageAbout): string {
  const { title, price, note, ids, ...more } = shown(desk);
  const bonus = more.bonus === '' ? '' : `<p>${escaped(more.bonus)}</p>`;
  const cancel = 'plan' in desk && desk.subscription !== null ? 'Cancel the plan' : LABELS.cancel;
  const declined = about.declined
    ? '<p class="note" role="alert">The card was declined. Nothing was charged; you can try again.</p>'
    : '';
  const label = { ...LABELS, pay: `Pay ${price}`, cancel };
  const buttons = desk.actions.map((action) => button(about.checkout, action, label[action]));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)} – sandbox checkout</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
${bonus}
<p class="price">${escaped(price)}</p>
${declined}
<p class="note">${escaped(note)}</p>
<p>${escaped(ids)}</p>
${buttons.join('\n')}
<p><a href="${escaped(about.returnTo)}">Back to ${escaped(new URL(about.returnTo).host)}</a></p>
</main>
</body>
</html>
`;
}

function button(checkout: string, action: SandboxAction, label: string): string {
  return `<form method="post" action="/checkout/${escaped(checkout)}/${action}"><button>${escaped(label)}</button></form>`;
}

/** Not every currency has cents, and the runtime knows which. */
function priceText({ amount_minor, currency }: { amount_minor: number; currency: string }): string {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency });
  return format.format(amount_minor / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (char) => ENTITIES[char] as string);
}
