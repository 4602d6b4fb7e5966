import { type FormEvent, type ReactNode, useId, useMemo, useState } from 'react';
import { DrawdownApiError } from '../errors.ts';
import type { GrantReceipt } from '../wire.ts';
import { failureText } from './failure.tsx';
import { Intent } from './intent.ts';
import type { MessageKey, Translate } from './messages/translate.ts';
import { useDrawdown } from './provider.tsx';

/** A code of a promotion, or of whoever invited this account. */
export function RedeemForm({ onRedeemed }: { onRedeemed?(receipt: GrantReceipt): void }): ReactNode {
  const { client, account, live, t, format } = useDrawdown();
  const id = useId();
  const [code, setCode] = useState('');
  const [state, setState] = useState<{ pending: boolean; receipt: GrantReceipt | null; error: unknown }>({
    pending: false,
    receipt: null,
    error: null,
  });
  const intent = useMemo(
    () =>
      new Intent((body: { code: string }, idempotencyKey: string) =>
        client.redeem(account, body, { idempotencyKey }),
      ),
    [client, account],
  );
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (code.trim() === '') return;
    setState({ pending: true, receipt: null, error: null });
    try {
      const receipt = await intent.run({ code: code.trim() });
      live.offer(receipt.balance);
      setState({ pending: false, receipt, error: null });
      setCode('');
      onRedeemed?.(receipt);
    } catch (error) {
      setState({ pending: false, receipt: null, error });
    }
  };
  const { pending, receipt, error } = state;
  return (
    <form className="dd-form" onSubmit={(event) => void submit(event)}>
      <label htmlFor={id}>{t('redeem.label')}</label>
      <div className="dd-form__line">
        <input
          id={id}
          className="dd-input"
          value={code}
          onChange={(event) => setCode(event.target.value)}
          autoComplete="off"
          autoCapitalize="characters"
          spellCheck={false}
          maxLength={64}
          placeholder={t('redeem.placeholder')}
          aria-invalid={error !== null}
          aria-describedby={`${id}-result`}
        />
        <button type="submit" className="dd-button" aria-busy={pending} disabled={pending}>
          {t('redeem.submit')}
        </button>
      </div>
      <p
        className="dd-form__result"
        id={`${id}-result`}
        role="status"
        data-tone={error === null ? 'good' : 'bad'}
      >
        {receipt === null
          ? null
          : receipt.grant.expires_at === null
            ? t('redeem.done', { count: receipt.grant.amount })
            : t('redeem.done_until', {
                count: receipt.grant.amount,
                date: format.date(receipt.grant.expires_at),
              })}
        {error === null ? null : redeemFailure(error, t)}
      </p>
    </form>
  );
}

const REFUSALS: Readonly<Record<string, MessageKey>> = {
  code_not_found: 'redeem.code_not_found',
  campaign_not_found: 'redeem.code_not_found',
  campaign_not_started: 'redeem.campaign_not_started',
  campaign_ended: 'redeem.campaign_ended',
  campaign_stopped: 'redeem.campaign_ended',
  campaign_budget_exhausted: 'redeem.campaign_budget_exhausted',
  campaign_already_redeemed: 'redeem.campaign_already_redeemed',
  campaign_device_limit: 'redeem.campaign_already_redeemed',
  campaign_not_eligible: 'redeem.campaign_not_eligible',
};

function redeemFailure(error: unknown, t: Translate): string {
  const key = error instanceof DrawdownApiError ? REFUSALS[error.code] : undefined;
  return key === undefined ? failureText(error, t) : t(key);
}
