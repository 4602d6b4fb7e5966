/** The article's example, step by step, on an account of its own. */
import { randomBytes } from 'node:crypto';
import { type Client, isInsufficientCredits, type Receipt } from '@drawdown/client';
import type { ClientCommand } from './command.ts';
import type { Output } from './output.ts';
import { balanceTable, credits, drawsText } from './show.ts';

const COST = 25;

/** "If you have 20 subscription credits, 15 activity credits, and 100 purchased credits …" */
const GRANTS = [
  { class: 'subscription', amount: 20, valid_for: 'P1M', about: 'come with a plan and end with its month' },
  { class: 'promotional', amount: 15, valid_for: 'P30D', about: 'were earned and are good for 30 days' },
  { class: 'purchased', amount: 100, expires_at: null, about: 'were bought and never expire' },
] as const;

interface Step {
  readonly step: string;
  readonly text: string;
  readonly answer: unknown;
}

export const demoCommand: ClientCommand = {
  name: 'demo',
  summary: "Play the article's example step by step, on an account of its own",
  target: { throwAway: true },
  run: async ({ client, output }) => {
    const account = `demo_${randomBytes(4).toString('hex')}`;
    const teller = new Teller(output);
    await play(client, { account, teller });
    output.answer({ account, steps: teller.steps }, () => `That was the example, on the account ${account}.`);
    return undefined;
  },
};

/** Tells each step as it happens, and keeps it for machines. */
class Teller {
  readonly steps: Step[] = [];
  readonly output: Output;

  constructor(output: Output) {
    this.output = output;
  }

  tell(step: string, text: string, { answer, picture }: { answer: unknown; picture?: string }): void {
    this.steps.push({ step, text, answer });
    this.output.line(`${this.output.colors.bold(`${this.steps.length}.`)} ${text}`);
    if (picture !== undefined) this.output.line(`\n${picture.replaceAll(/^/gm, '   ')}`);
    this.output.line();
  }
}

interface Scene {
  readonly account: string;
  readonly teller: Teller;
}

async function play(client: Client, scene: Scene): Promise<void> {
  const { account, teller } = scene;
  const { output } = teller;
  for (const { about, ...request } of GRANTS) {
    const receipt = await client.grant(account, request);
    const text = `${account} is granted ${credits(request.amount)} of class ${request.class}: they ${about}.`;
    teller.tell('grant', text, { answer: receipt });
  }
  const before = await client.balance(account);
  const picture = balanceTable(output, before);
  teller.tell('balance', `Together that is ${credits(before.total)}.`, { answer: before, picture });
  await charge(client, scene);
  await refuse(client, scene);
}

async function charge(client: Client, { account, teller }: Scene): Promise<void> {
  const body = { amount: COST };
  const quote = await client.quote(account, body);
  const expected = 'draws' in quote ? drawsText(quote.draws) : 'nothing';
  teller.tell('quote', `A feature for ${credits(COST)} would take ${expected}; nothing is written yet.`, {
    answer: quote,
  });
  const idempotencyKey = `demo-${account}`;
  const receipt = spent(await client.consume(account, body, { idempotencyKey }));
  const drawn = (name: string) =>
    receipt.operation.draws.filter((draw) => draw.class === name).reduce((sum, draw) => sum + draw.amount, 0);
  const each = GRANTS.map((grant) => `${drawn(grant.class)} from ${grant.class}`).join(', ');
  teller.tell(
    'consume',
    `It is charged, in one transaction: ${each}. What ends first by its class goes first, and what was bought is kept.`,
    { answer: receipt, picture: balanceTable(teller.output, receipt.balance) },
  );
  const again = await client.consume(account, body, { idempotencyKey });
  teller.tell(
    'replay',
    `The same request comes once more with the same key, as after a lost answer: it is the same operation, ${spent(again).operation.id}, and nothing is charged again.`,
    { answer: again },
  );
  const explanation = await client.explain(receipt.operation.id);
  const reasons = explanation.grants.map(
    (one) => `${one.drawn} of ${one.available} ${one.class}: ${one.because}`,
  );
  teller.tell('explain', 'Why these grants:', { answer: explanation, picture: reasons.join('\n') });
}

async function refuse(client: Client, { account, teller }: Scene): Promise<void> {
  const { available } = await client.balance(account);
  const amount = available + 1;
  try {
    await client.consume(account, { amount });
  } catch (error) {
    if (!isInsufficientCredits(error)) throw error;
    const { shortfall } = error.problem;
    teller.tell(
      'refusal',
      `${credits(amount)} are asked for and ${available} are there: all or nothing, so it is refused (${shortfall} missing) and nothing is taken.`,
      { answer: error.problem },
    );
    return;
  }
  throw new Error(`${amount} credits were charged and only ${available} were there`);
}

function spent<T extends { operation: unknown }>(answer: T): Extract<T, Receipt> {
  if (answer.operation === null) throw new Error('an amount is never free on a device');
  return answer as Extract<T, Receipt>;
}
