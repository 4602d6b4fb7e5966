import { type FormEvent, type ReactNode, useId, useState } from 'react';
import { failureText } from './failure.tsx';
import { useDrawdown } from './provider.tsx';
import { useMoreRequests } from './use-team.ts';

/** Asks the owners and admins of the team for more than one's limit, in the period that runs. */
export function AskForMore({ suggested }: { suggested: number }): ReactNode {
  const { client, account, person, t, format } = useDrawdown();
  const requests = useMoreRequests();
  const id = useId();
  const [amount, setAmount] = useState(String(suggested));
  const [reason, setReason] = useState('');
  const [pending, setPending] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const open = requests.data?.find((one) => one.account === person && one.state === 'pending');
  const send = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setPending(true);
    setError(null);
    try {
      const text = reason.trim();
      await client.askForMore(account, person, { amount, ...(text === '' ? {} : { reason: text }) });
      requests.reload();
      setReason('');
    } catch (caught) {
      setError(caught);
    }
    setPending(false);
  };
  return (
    <form className="dd-form dd-ask" onSubmit={(event) => void send(event)}>
      <h3 className="dd-option__title">{t('ask.title')}</h3>
      <div className="dd-ask__fields">
        <div className="dd-form">
          <label htmlFor={`${id}-amount`}>{t('ask.amount')}</label>
          <input
            id={`${id}-amount`}
            className="dd-input"
            type="number"
            inputMode="decimal"
            min={0}
            step="any"
            required
            value={amount}
            onChange={(event) => setAmount(event.target.value)}
          />
        </div>
        <div className="dd-form dd-ask__reason">
          <label htmlFor={`${id}-reason`}>{t('ask.reason')}</label>
          <input
            id={`${id}-reason`}
            className="dd-input"
            value={reason}
            maxLength={200}
            onChange={(event) => setReason(event.target.value)}
          />
        </div>
        <button type="submit" className="dd-button" aria-busy={pending} disabled={pending}>
          {t(open === undefined ? 'ask.send' : 'ask.again')}
        </button>
      </div>
      <p className="dd-form__result" role="status" data-tone={error === null ? 'plain' : 'bad'}>
        {error === null
          ? open === undefined
            ? null
            : t('ask.waiting', { count: open.amount, date: format.dateTime(open.created_at) })
          : failureText(error, t)}
      </p>
    </form>
  );
}
