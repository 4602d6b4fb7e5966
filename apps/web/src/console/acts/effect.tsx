/** What an act does: each lot that it changes, and the account, before and after. */
import type { ActPreview, Cost, LotFacts } from '@drawdown/client';
import { ClassMark } from '@drawdown/client/react';
import type { ReactNode } from 'react';
import { useConsole } from '../console-context.ts';
import { Nothing, Signed } from '../parts/small.tsx';

export function Effect({ preview }: { preview: ActPreview }): ReactNode {
  return (
    <>
      <Sums preview={preview} />
      <ChargeEnd preview={preview} />
    </>
  );
}

/** What becomes of the charge that it ends. */
function ChargeEnd({ preview: { charge } }: { preview: ActPreview }): ReactNode {
  const { t, format } = useConsole();
  if (charge === undefined) return null;
  const { owed, asked, becomes } = charge;
  const money = ({ amount_minor: minor, currency }: Cost) => format.money(minor, currency);
  return (
    <p className={owed === null ? 'dd-muted' : 'limits'}>
      {owed !== null
        ? t('effect.charge_owed', { sum: money(owed), asked: money(asked) })
        : t(`effect.charge_${becomes}`, { asked: money(asked) })}
    </p>
  );
}

function Sums({ preview }: { preview: ActPreview }): ReactNode {
  const { t, format, names } = useConsole();
  const { before, after, lots } = preview;
  const sums = [
    ['effect.available', before.available, after.available],
    ['effect.held', before.held, after.held],
    ['effect.frozen', before.frozen, after.frozen],
    ['effect.debt', before.debt, after.debt],
  ] as const;
  return (
    <table className="effect" aria-label={t('effect.title')}>
      <thead>
        <tr>
          <th scope="col">{t('effect.what')}</th>
          <th scope="col">{t('effect.before')}</th>
          <th scope="col">{t('effect.after')}</th>
          <th scope="col">{t('effect.change')}</th>
        </tr>
      </thead>
      <tbody>
        {lots.map((lot) => {
          const shown = names.class(lot.class);
          return (
            <tr key={lot.grant ?? 'new'}>
              <th scope="row">
                <span className="dd-with-mark">
                  <ClassMark of={shown} />
                  {shown.short}
                </span>
                <span className="effect__id">
                  {lot.grant === null ? t('effect.new_lot') : <code>{lot.grant}</code>}
                </span>
              </th>
              <td>
                <Facts facts={lot.before} other={lot.after} />
              </td>
              <td>
                <Facts facts={lot.after} other={lot.before} />
              </td>
              <td>
                <Signed amount={lot.after.remaining - (lot.before?.remaining ?? 0)} />
              </td>
            </tr>
          );
        })}
      </tbody>
      <tfoot>
        {sums
          .filter(([name, was, is]) => name === 'effect.available' || was !== is)
          .map(([name, was, is]) => (
            <tr key={name}>
              <th scope="row">{t(name)}</th>
              <td>{format.credits(was)}</td>
              <td>{format.credits(is)}</td>
              <td>
                <Signed amount={is - was} />
              </td>
            </tr>
          ))}
      </tfoot>
    </table>
  );
}

/** What is left, and what else differs from the other side. */
function Facts({ facts, other }: { facts: LotFacts | null; other: LotFacts | null }): ReactNode {
  const { t, format } = useConsole();
  if (facts === null) return <Nothing />;
  const { remaining, held, state, expires_at: expires } = facts;
  const hasOtherExpiry = other === null || other.expires_at !== expires;
  return (
    <>
      {format.credits(remaining)}
      {held !== 0 && held !== other?.held ? (
        <span className="effect__aside">{t('effect.of_it_held', { count: held })}</span>
      ) : null}
      {other !== null && other.state !== state ? (
        <span className="effect__aside">{t(`lot_state.${state}`)}</span>
      ) : null}
      {hasOtherExpiry ? (
        <span className="effect__aside">
          {expires === null ? t('never_expires') : t('until', { date: format.dateTime(expires) })}
        </span>
      ) : null}
    </>
  );
}

/** Whether a second person is needed, and why. */
export function Limits({ preview }: { preview: ActPreview }): ReactNode {
  const { t } = useConsole();
  const { required, account_limit: ofAccount, staff_limit: ofStaff } = preview.approval;
  if (!required) return null;
  const { account_used: onAccount, staff_used: byStaff } = preview.approval;
  const isOverAccount = ofAccount !== null && onAccount + preview.size > ofAccount;
  const [whose, limit, used] =
    isOverAccount || ofStaff === null
      ? (['account', ofAccount ?? 0, onAccount] as const)
      : (['staff', ofStaff, byStaff] as const);
  return <p className="limits">{t(`limits.${whose}${used === 0 ? '_alone' : ''}`, { limit, used })}</p>;
}
