/** How an installation takes money: which providers it has, and what is made of them. */
import { randomBytes } from 'node:crypto';
import type { Database } from '../store/database.ts';
import { keepText, setting as keptSetting, keptText } from '../store/settings.ts';
import type { AppStoreSetting } from './app-store.ts';
import { AutoTopUps } from './auto-top-ups.ts';
import type { GooglePlaySetting } from './google-play.ts';
import { Plans } from './plans.ts';
import type { PaymentProvider } from './provider.ts';
import { Purchases } from './purchases.ts';
import { Sandbox } from './sandbox.ts';
import { SandboxCheckouts } from './sandbox-checkout.ts';
import type { SourceSetting } from './source.ts';
import type { StripeSetting } from './stripe.ts';
import type { Subscriptions } from './subscriptions.ts';

export interface PaymentOptions {
  /** The built-in provider for development: checkouts that cost nothing. Never where real money is taken. */
  readonly sandbox?: boolean;
  /** Real money. */
  readonly stripe?: StripeSetting;
  readonly appStore?: AppStoreSetting;
  readonly googlePlay?: GooglePlaySetting;
  /** Origins that buyers may be sent back to, besides the server's own. */
  readonly returnOrigins?: readonly string[];
}

/** The providers of an installation, ready to work. */
export interface Tills {
  readonly providers: readonly PaymentProvider[];
  readonly sandbox: Sandbox | null;
  readonly returnOrigins: readonly string[];
}

/** Loads what is needed only: a provider's library is a fifth of a second at the start. */
export async function openTills(database: Database, options: PaymentOptions): Promise<Tills> {
  const providers: PaymentProvider[] = [];
  const now = Date.now;
  const sandbox =
    options.sandbox === true
      ? new Sandbox({
          secret: keptSecret(database, 'sandbox_secret'),
          now,
          cardOf: (plan) => keptText(database, `sandbox_card:${plan}`),
          switchCard: (plan, to) => keepText(database, `sandbox_card:${plan}`, to),
        })
      : null;
  if (sandbox !== null) providers.push(sandbox);
  if (options.stripe !== undefined) {
    const { StripePayments } = await import('./stripe.ts');
    providers.push(new StripePayments(options.stripe, now));
  }
  if (options.appStore !== undefined) {
    const { AppStorePayments } = await import('./app-store.ts');
    const secret = keptSecret(database, 'app_account_token_secret');
    providers.push(new AppStorePayments(options.appStore, { secret }));
  }
  if (options.googlePlay !== undefined) {
    const { GooglePlayPayments } = await import('./google-play.ts');
    const secret = keptSecret(database, 'app_account_token_secret');
    providers.push(new GooglePlayPayments(options.googlePlay, { secret, now }));
  }
  return { providers, sandbox, returnOrigins: options.returnOrigins ?? [] };
}

export interface Payments {
  readonly plans: Plans;
  readonly topUps: AutoTopUps;
  readonly purchases: Purchases;
  readonly sandbox: SandboxCheckouts;
}

/** What the life of an account asks of its payments. */
export type LifePayments = Pick<Payments, 'purchases' | 'plans' | 'topUps'>;

export function createPayments(
  setting: SourceSetting,
  subscriptions: Subscriptions,
  { sandbox, ...tills }: Tills,
): Payments {
  const plans = new Plans(setting, { ...tills, subscriptions });
  const purchases = new Purchases(setting, { ...tills, subscriptions, plans });
  const topUps = new AutoTopUps(setting, { ...tills, purchases });
  return {
    plans,
    topUps,
    purchases,
    sandbox: new SandboxCheckouts({ purchases, plans, subscriptions }, sandbox),
  };
}

/** Shared by all processes on one database, so that each knows what the others gave out. */
function keptSecret(database: Database, name: string): () => Promise<Buffer> {
  let secret: Promise<Buffer> | undefined;
  return () => {
    const make = () => randomBytes(32).toString('base64url');
    secret ??= keptSetting(database, name, make).then((text) => Buffer.from(text, 'base64url'));
    // A database that could not be reached is asked again the next time.
    secret.catch(() => {
      secret = undefined;
    });
    return secret;
  };
}
