/** The sandbox's checkout: one page without scripts and without anything from elsewhere. */
import { createHash } from 'node:crypto';
import { decimalsOf } from '../sources/minor-units.ts';
import type { SandboxAction } from '../sources/sandbox.ts';
import type { SandboxDesk } from '../sources/sandbox-checkout.ts';
import { type CheckoutWords, filled } from './checkout-words.ts';

const STYLE = `
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif;
  --page: light-dark(#faf9f6, #101113); --card: light-dark(#fff, #18191c); --ink: light-dark(#17181b, #f2f1ec);
  --muted: light-dark(#5c5b55, #a3a29b); --line: light-dark(#e2e0d9, #2e3035); --strong: light-dark(#8a8880, #74757c);
  --note: light-dark(#fdf1dc, #33270f); --warn: light-dark(#7a4a00, #f2bd6b); }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--page); color: var(--ink); }
main { width: min(27rem, 100%); padding: 1rem; }
.card { display: grid; gap: 1.25rem; padding: clamp(1.25rem, 5vw, 2rem); border: 1px solid var(--line);
  border-radius: 1rem; background: var(--card); }
h1, p, dl, dd { margin: 0; }
h1 { font-size: 1.75rem; font-weight: 600; letter-spacing: -.02em; line-height: 1.15; overflow-wrap: anywhere; }
.bonus, .back, .reference { color: var(--muted); }
.sandbox { display: flex; flex-wrap: wrap; gap: .25rem .75rem; padding: .625rem .875rem; border-radius: .625rem;
  background: var(--note); color: var(--warn); font-size: .875rem; }
.prices { display: grid; gap: .375rem; font-variant-numeric: tabular-nums; }
.prices div { display: flex; justify-content: space-between; gap: 1rem; color: var(--muted); }
.prices .total { padding-top: .625rem; border-top: 1px solid var(--line); color: var(--ink); font-size: 1.25rem; font-weight: 600; }
.note { padding-inline-start: .75rem; border-inline-start: .25rem solid var(--strong); }
.note[role=alert] { border-color: var(--warn); color: var(--warn); }
.acts { display: grid; gap: .5rem; }
form { margin: 0; }
button { width: 100%; min-height: 2.75rem; padding: .375rem 1rem; border: 1px solid var(--strong); border-radius: .625rem;
  background: none; color: var(--ink); font: inherit; font-weight: 500; cursor: pointer; }
.pay button { border-color: var(--ink); background: var(--ink); color: var(--card); }
summary { min-height: 2rem; color: var(--muted); cursor: pointer; }
details .acts { padding-top: .5rem; }
.back { margin-top: 1.25rem; font-size: .875rem; text-align: center; }
.reference { font-size: .75rem; overflow-wrap: anywhere; }
a { color: inherit; }
:focus-visible { outline: .1875rem solid light-dark(#2f5bd8, #8fadff); outline-offset: .125rem; }
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

type Plan = Extract<SandboxDesk, { plan: unknown }>;

interface Shown {
  readonly title: string;
  readonly more: string;
  readonly price: { readonly amount_minor: number; readonly currency: string };
  /** How often it is paid; null: once. */
  readonly per: string | null;
  readonly note: string;
  readonly reference: string;
}

export interface PageAbout {
  readonly checkout: string;
  /** The card was declined a moment ago. */
  readonly declined: boolean;
  readonly returnTo: string;
  readonly words: CheckoutWords;
  /** What people call a plan of the catalog. */
  planName(plan: string): string;
}

function shown(desk: SandboxDesk, { words, planName }: PageAbout): Shown {
  const count = (credits: number) => credits.toLocaleString(words.locale);
  if ('purchase' in desk) {
    const { purchase } = desk;
    return {
      title: filled(words.credits, { count: count(purchase.credits) }),
      more: purchase.bonus > 0 ? filled(words.bonus, { count: count(purchase.bonus) }) : '',
      price: purchase.price,
      per: null,
      note: words.states[purchase.state],
      reference: purchase.id,
    };
  }
  const { plan, subscription } = desk;
  return {
    title: filled(words.plan, { plan: planName(plan.plan), count: count(plan.credits) }),
    more: plan.trial && subscription === null ? words.trial : '',
    price: plan.price,
    per: words.per[plan.interval],
    note:
      subscription === null ? checkoutNote(plan.state, words) : planNote(subscription, desk.declines, words),
    reference: plan.subscription,
  };
}

function checkoutNote(state: Plan['plan']['state'], words: CheckoutWords): string {
  if (state === 'refused') return words.refused;
  return words.states[state === 'begun' ? 'open' : state];
}

function planNote(
  { status, paid_until, cancel_at }: NonNullable<Plan['subscription']>,
  declines: boolean,
  words: CheckoutWords,
): string {
  const day = new Intl.DateTimeFormat(words.locale, {
    dateStyle: 'long',
    timeStyle: 'short',
    timeZone: 'UTC',
  });
  const at = (instant: string) => `${day.format(new Date(instant))} UTC`;
  return [
    words.plans[status],
    ...(paid_until === null ? [] : [filled(words.until, { at: at(paid_until) })]),
    ...(cancel_at === null ? [] : [filled(words.ends, { at: at(cancel_at) })]),
    ...(declines ? [words.declines] : []),
  ].join(' ');
}

/** What a person came for; everything else is there to be tried. */
const FIRST: readonly SandboxAction[] = ['pay', 'decline', 'cancel'];

export function checkoutPage(desk: SandboxDesk, about: PageAbout): string {
  const { words, checkout, declined, returnTo } = about;
  const { title, more, price, per, note, reference } = shown(desk, about);
  const money = (amount: number) => moneyText(amount, price.currency, words.locale);
  const total = per === null ? money(price.amount_minor) : `${money(price.amount_minor)} ${per}`;
  const isPlan = 'plan' in desk && desk.subscription !== null;
  const label = {
    ...words.labels,
    pay: filled(words.pay, { price: total }),
    cancel: isPlan ? words.cancel_plan : words.labels.cancel,
  };
  const isOpen = desk.actions.includes('pay');
  const first = isOpen ? desk.actions.filter((action) => FIRST.includes(action)) : desk.actions;
  const others = desk.actions.filter((action) => !first.includes(action));
  const buttons = (actions: readonly SandboxAction[]) =>
    `<div class="acts">${actions.map((action) => button(checkout, action, label[action])).join('\n')}</div>`;
  const line = (name: string, text: string, kind = '') =>
    `<div${kind}><dt>${escaped(name)}</dt><dd>${escaped(text)}</dd></div>`;
  return `<!doctype html>
<html lang="${words.locale}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${escaped(filled(words.title, { what: title }))}</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
</head>
<body>
<main>
<div class="card">
<p class="sandbox"><strong>${escaped(words.badge)}</strong> <span>${escaped(words.notice)}</span></p>
<div>
<h1>${escaped(title)}</h1>
${more === '' ? '' : `<p class="bonus">${escaped(more)}</p>`}
</div>
<dl class="prices">
${line(words.price, money(price.amount_minor))}
${line(words.tax, money(0))}
${line(words.total, total, ' class="total"')}
</dl>
${declined ? `<p class="note" role="alert">${escaped(words.declined)}</p>` : ''}
${note === '' ? '' : `<p class="note">${escaped(note)}</p>`}
${first.length === 0 ? '' : buttons(first)}
${others.length === 0 ? '' : `<details open><summary>${escaped(words.more)}</summary>${buttons(others)}</details>`}
<p class="reference">${escaped(words.reference)} ${escaped(reference)}</p>
</div>
<p class="back"><a href="${escaped(returnTo)}">${escaped(filled(words.back, { host: new URL(returnTo).host }))}</a></p>
</main>
</body>
</html>
`;
}

function button(checkout: string, action: SandboxAction, label: string): string {
  const kind = action === 'pay' ? ' class="pay"' : '';
  return `<form method="post" action="/checkout/${escaped(checkout)}/${action}"${kind}><button>${escaped(label)}</button></form>`;
}

/** Prices are of the catalog, whose currencies are codes. */
function moneyText(amountMinor: number, currency: string, locale: string): string {
  const decimals = decimalsOf(currency) ?? 2;
  const digits = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
  const format = new Intl.NumberFormat(locale, { style: 'currency', currency, ...digits });
  return format.format(amountMinor / 10 ** decimals);
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
