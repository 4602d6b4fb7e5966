/** What an app tells of a purchase itself, instead of waiting until its store does. */
import { DrawdownError } from '../errors.ts';
import type { Claim, PaymentEvent, PaymentProvider } from './provider.ts';

/**
 * The event that a claim comes to. The proof must be of a purchase of the very account that it is claimed for, or of one
 * that was merged into it: a proof that somebody else got hold of opens nothing.
 */
export async function claimed(
  provider: PaymentProvider,
  claim: Claim,
  isOwn: (account: number) => Promise<boolean>,
): Promise<PaymentEvent> {
  if (provider.claimed === undefined) {
    throw new DrawdownError('provider_not_configured', `${provider.id} takes no claims of apps.`, {
      provider: provider.id,
    });
  }
  const event = await provider.claimed(claim);
  if (event === null) throw new DrawdownError('payment_pending');
  if ('account' in event.subject && (await isOwn(event.subject.account))) return event;
  throw new DrawdownError('payment_refused', 'account: the purchase is of another account', {
    field: 'account',
    provider: provider.id,
  });
}
