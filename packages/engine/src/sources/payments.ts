/** How an installation takes money: which providers it has, and what is made of them. */
import { randomBytes } from 'node:crypto';
import { setting as keptSetting } from '../store/settings.ts';
import type { PaymentProvider } from './provider.ts';
import { Purchases } from './purchases.ts';
import { Sandbox } from './sandbox.ts';
import { SandboxCheckouts } from './sandbox-checkout.ts';
import type { SourceSetting } from './source.ts';

export interface PaymentOptions {
  /** The built-in provider for development: checkouts that cost nothing. Never where real money is taken. */
  readonly sandbox?: boolean;
  /** Origins that buyers may be sent back to, besides the server's own. */
  readonly returnOrigins?: readonly string[];
}

export interface Payments {
  readonly purchases: Purchases;
  readonly sandbox: SandboxCheckouts;
}

export function createPayments(setting: SourceSetting, options: PaymentOptions): Payments {
  const providers: PaymentProvider[] = [];
  const sandbox =
    options.sandbox === true ? new Sandbox({ secret: keptSecret(setting), now: Date.now }) : null;
  if (sandbox !== null) providers.push(sandbox);
  const purchases = new Purchases(setting, { providers, returnOrigins: options.returnOrigins ?? [] });
  return { purchases, sandbox: new SandboxCheckouts(purchases, sandbox) };
}

/** Shared by all processes on one database, so that each knows the others' checkouts. */
function keptSecret({ database }: SourceSetting): () => Promise<Buffer> {
  let secret: Promise<Buffer> | undefined;
  return () => {
    secret ??= keptSetting(database, 'sandbox_secret', () => randomBytes(32).toString('base64url')).then(
      (text) => Buffer.from(text, 'base64url'),
    );
    // A database that could not be reached is asked again the next time.
    secret.catch(() => {
      secret = undefined;
    });
    return secret;
  };
}
