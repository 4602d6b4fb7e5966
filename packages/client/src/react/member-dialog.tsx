import { type FormEvent, type ReactNode, useId, useState } from 'react';
import { isProblem } from '../errors.ts';
import type { LimitPeriod, Member, Role } from '../wire.ts';
import { Dialog } from './dialog.tsx';
import { failureText } from './failure.tsx';
import type { Translate } from './messages/translate.ts';
import { useDrawdown } from './provider.tsx';

interface MemberDialogProps {
  /** Who changes it: owners alone make, change and remove owners. */
  me: Member;
  /** Null: closed. */
  of: Member | 'new' | null;
  onClose(): void;
  onDone(): void;
}

const ROLES: readonly Role[] = ['member', 'admin', 'owner'];
const PERIODS: readonly LimitPeriod[] = ['month', 'day'];

/** Makes a member, or changes role and limit of one; ends a membership. What was used stays counted. */
export function MemberDialog({ me, of, onClose, onDone }: MemberDialogProps): ReactNode {
  const { client, account, t } = useDrawdown();
  const known = of === 'new' ? null : of;
  const id = useId();
  const [name, setName] = useState(known?.account ?? '');
  const [role, setRole] = useState<Role>(known?.role ?? 'member');
  const [amount, setAmount] = useState(known?.limit == null ? '' : String(known.limit.amount));
  const [per, setPer] = useState<LimitPeriod>(known?.limit?.per ?? 'month');
  const [pending, setPending] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const mayChange = me.role === 'owner' || known?.role !== 'owner';
  const act = async (work: () => Promise<unknown>): Promise<void> => {
    setPending(true);
    setError(null);
    try {
      await work();
      onDone();
      onClose();
    } catch (caught) {
      setError(caught);
    }
    setPending(false);
  };
  const save = (event: FormEvent): void => {
    event.preventDefault();
    const limit = amount === '' ? {} : { limit: { amount, per } };
    void act(() => client.putMember(account, name.trim(), { role, ...limit }));
  };
  return (
    <Dialog
      open={of !== null}
      onClose={onClose}
      title={known === null ? t('team.add') : known.account}
      actions={
        <>
          {known === null || !mayChange ? null : (
            <button
              type="button"
              className="dd-button dd-dialog__aside"
              disabled={pending}
              onClick={() => void act(() => client.removeMember(account, known.account))}
            >
              {t(known.account === me.account ? 'member.leave' : 'member.remove')}
            </button>
          )}
          <button type="button" className="dd-button" onClick={onClose}>
            {t('preview.not_now')}
          </button>
          <button
            type="submit"
            form={id}
            className="dd-button"
            data-kind="primary"
            aria-busy={pending}
            disabled={pending || !mayChange}
          >
            {t('member.save')}
          </button>
        </>
      }
    >
      <form id={id} className="dd-form" onSubmit={save}>
        {known === null ? (
          <>
            <label htmlFor={`${id}-name`}>{t('member.account')}</label>
            <input
              id={`${id}-name`}
              className="dd-input"
              required
              maxLength={128}
              autoComplete="off"
              spellCheck={false}
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          </>
        ) : null}
        <label htmlFor={`${id}-role`}>{t('member.role')}</label>
        <select
          id={`${id}-role`}
          className="dd-input"
          value={role}
          disabled={!mayChange}
          onChange={(event) => setRole(event.target.value as Role)}
        >
          {ROLES.filter((one) => one !== 'owner' || me.role === 'owner' || role === 'owner').map((one) => (
            <option key={one} value={one}>
              {t(`role.${one}`)}
            </option>
          ))}
        </select>
        <label htmlFor={`${id}-limit`}>{t('member.limit')}</label>
        <div className="dd-form__line">
          <input
            id={`${id}-limit`}
            className="dd-input"
            type="number"
            inputMode="decimal"
            min={0}
            step="any"
            placeholder={t('team.no_limit')}
            value={amount}
            disabled={!mayChange}
            onChange={(event) => setAmount(event.target.value)}
          />
          <select
            className="dd-input"
            aria-label={t('member.per')}
            value={per}
            disabled={!mayChange}
            onChange={(event) => setPer(event.target.value as LimitPeriod)}
          >
            {PERIODS.map((one) => (
              <option key={one} value={one}>
                {t(`member.per_${one}`)}
              </option>
            ))}
          </select>
        </div>
        <p className="dd-form__result" role="status" data-tone="bad">
          {error === null ? (mayChange ? null : t('member.owners_only')) : refusalText(error, t)}
        </p>
      </form>
    </Dialog>
  );
}

function refusalText(error: unknown, t: Translate): string {
  if (isProblem(error, 'seats_exhausted')) return t('member.no_seat', { count: error.problem.seats });
  return isProblem(error, 'last_owner') ? t('member.last_owner') : failureText(error, t);
}
