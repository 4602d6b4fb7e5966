import { accountPath, parsed, read } from './exchange.ts';
import type { CallOptions, Transport } from './transport.ts';
import type * as wire from './wire.ts';

/** Automatic top-ups, and the way to pay that they are charged to. */
export function topUpMethods(transport: Transport) {
  const path = (account: string) => `${accountPath(account)}/auto_top_up`;
  const methodPath = (account: string) => `${accountPath(account)}/payment_method`;
  return {
    /** Agrees to automatic top-ups; the same again changes nothing but the instant of the consent. */
    async putAutoTopUp(account: string, body: wire.AutoTopUpRequest, options: CallOptions = {}) {
      const request = { method: 'PUT', path: path(account), body, options, kind: 'repeatable' } as const;
      return parsed<wire.AutoTopUp>(await transport.send(request));
    },
    /** How they stand, also where nothing is agreed. */
    getAutoTopUp: (account: string, options?: CallOptions) =>
      read<wire.AutoTopUp | wire.NoAutoTopUp>(transport, path(account), { options }),
    /** Switches them off; what was not sent yet is not sent any more. */
    async deleteAutoTopUp(account: string, options: CallOptions = {}): Promise<void> {
      await transport.send({ method: 'DELETE', path: path(account), options });
    },
    getPaymentMethod: (account: string, options?: CallOptions) =>
      read<wire.PaymentMethod>(transport, methodPath(account), { options }),
    /** Forgets the way to pay; automatic top-ups stop. */
    async deletePaymentMethod(account: string, options: CallOptions = {}): Promise<void> {
      await transport.send({ method: 'DELETE', path: methodPath(account), options });
    },
  };
}
