import { type FormEvent, type ReactNode, useId, useMemo, useState } from 'react';
import type { GrantReceipt } from '../wire.ts';
import { Icon } from './icon.tsx';
import { Intent } from './intent.ts';
import { useCatalog, useDrawdown } from './provider.tsx';
import { redeemRefusal } from './redeem-refusal.ts';

/** Sent without anything in it. */
const EMPTY = 'empty';

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
    if (code.trim() === '') {
      setState({ pending: false, receipt: null, error: EMPTY });
      return;
    }
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
  const campaigns = useCatalog().data?.campaigns ?? [];
  const referrals = campaigns.filter(({ kind }) => kind === 'referral').map((one) => one.id);
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
        {error === null ? null : (
          <>
            <Icon name="warning" />
            {error === EMPTY ? t('redeem.empty') : redeemRefusal(error, { t, format, referrals })}
          </>
        )}
      </p>
    </form>
  );
}
