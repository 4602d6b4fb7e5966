/** The sandbox's pages: a checkout that takes no money. Who has the address has the checkout, as with any provider. */
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Engine } from '../../engine.ts';
import { SANDBOX_ACTIONS } from '../../sources/sandbox.ts';
import type { SandboxDesk } from '../../sources/sandbox-checkout.ts';
import { checkoutPage, pagePolicy } from '../checkout-page.ts';
import { checkoutWords } from '../checkout-words.ts';
import { type Answer, route } from '../route.ts';
import { checkoutId } from '../schemas/primitives.ts';

const HTML = 'text/html; charset=utf-8';

const desk = {
  tag: 'Sandbox',
  scope: null,
  sessions: 'any',
  idempotency: 'none',
  status: 200,
  problems: ['checkout_not_found'],
} as const;

const page = { description: 'The page', schema: z.string(), media: 'text/html' };

const showCheckout = route({
  ...desk,
  method: 'GET',
  path: '/checkout/{checkout}',
  operationId: 'showSandboxCheckout',
  summary: 'The page of a sandbox checkout',
  params: z.strictObject({ checkout: checkoutId }),
  answers: { 200: page },
  handler: async ({ engine }, { params: { checkout }, request }) =>
    answer(await engine.sandbox.show(checkout), { checkout, engine, request }),
});

const actOnCheckout = route({
  ...desk,
  method: 'POST',
  path: '/checkout/{checkout}/{action}',
  operationId: 'actOnSandboxCheckout',
  summary: 'A button of the page of a sandbox checkout',
  params: z.strictObject({ checkout: checkoutId, action: z.enum(SANDBOX_ACTIONS) }),
  form: true,
  answers: {
    200: page,
    303: { description: 'Back to the product, or to the page', schema: z.string(), media: 'text/html' },
  },
  handler: async ({ engine }, { params: { checkout, action }, request }) => {
    const before = await engine.sandbox.show(checkout);
    const after = await engine.sandbox.act(checkout, action);
    if (action === 'decline') return answer(after, { checkout, engine, request, declined: true });
    // Of a plan that runs the page is its owner's desk: one stays.
    const isRunning = 'plan' in before && before.subscription !== null;
    const isOver = (action.startsWith('pay') || action === 'cancel') && !isRunning;
    const location = isOver ? returnTo(after) : `/checkout/${checkout}`;
    return {
      body: '',
      status: 303,
      type: HTML,
      headers: { location, 'content-security-policy': pagePolicy(after.returnUrl) },
    };
  },
});

interface Shown {
  readonly checkout: string;
  readonly engine: Engine;
  readonly request: FastifyRequest;
  readonly declined?: boolean;
}

function answer(desk: SandboxDesk, { checkout, engine, request, declined = false }: Shown): Answer {
  const { plans } = engine.catalog;
  const body = checkoutPage(desk, {
    checkout,
    declined,
    returnTo: returnTo(desk),
    words: checkoutWords(request.headers['accept-language']),
    planName: (plan) => plans.find(({ id }) => id === plan)?.name ?? plan,
  });
  const headers = { 'content-security-policy': pagePolicy(desk.returnUrl), vary: 'Accept-Language' };
  return { body, type: HTML, headers };
}

/** The product learns from its address which purchase or plan it was; whether it is paid, it asks the API. */
function returnTo(desk: SandboxDesk): string {
  const url = new URL(desk.returnUrl);
  if ('plan' in desk) url.searchParams.set('subscription', desk.plan.subscription);
  else url.searchParams.set('purchase', desk.purchase.id);
  return url.href;
}

export const checkoutRoutes = [showCheckout, actOnCheckout];
