import type { Translate } from '@drawdown/client/react';
import type { ReactNode } from 'react';
import { useConsole } from '../console-context.ts';
import { ChoiceField, Field } from '../parts/field.tsx';
import type { Word } from '../words/english.ts';
import { type Draft, faultOf, type Subject } from './act.ts';

interface FieldsProps {
  subject: Subject;
  draft: Draft;
  onChange(change: Partial<Draft>): void;
}

/** What an act needs to know besides its reason; nothing, where it takes or freezes a lot as it is. */
export function Fields(props: FieldsProps): ReactNode {
  const { t, format } = useConsole();
  const { subject, draft, onChange } = props;
  const amount = (hint?: string): ReactNode => (
    <Field
      label={t('act.amount')}
      isNumber
      value={draft.amount}
      hint={hint}
      wrong={wrongOf('amount', props, t)}
      onChange={(value) => onChange({ amount: value })}
    />
  );
  switch (subject.act) {
    case 'grant':
      return (
        <>
          <div className="fields__pair">
            <ClassField {...props} />
            {amount()}
          </div>
          <Validity {...props} choices={['usual', 'days', 'until', 'never']} />
        </>
      );
    case 'adjust':
      return (
        <div className="fields__pair">
          {amount(t('act.signed'))}
          {/^[-−]/.test(draft.amount.trim()) ? null : <ClassField {...props} />}
        </div>
      );
    case 'extend':
      return <Validity {...props} choices={['until', 'never']} />;
    case 'refund':
      return amount(t('act.refund_all', { amount: format.credits(Math.abs(subject.entry.amount)) }));
    case 'end_top_up':
      return <Taken {...props} />;
    default:
      return null;
  }
}

/** What cannot be so as it was typed is said beside it. */
function wrongOf(
  field: 'amount' | 'days' | 'currency',
  { subject, draft }: FieldsProps,
  t: Translate<Word>,
): string | null {
  const fault = faultOf(subject.act, field, draft);
  return fault === null ? null : t(fault);
}

function Taken(props: FieldsProps): ReactNode {
  const { t } = useConsole();
  const { draft, onChange } = props;
  return (
    <>
      <ChoiceField
        label={t('act.taken')}
        hint={t('act.taken.hint')}
        value={draft.taken}
        options={(['unsaid', 'nothing', 'money'] as const).map(
          (one) => [one, t(`act.taken.${one}`)] as const,
        )}
        onChange={(taken) => onChange({ taken })}
      />
      {draft.taken !== 'money' ? null : (
        <>
          <Field
            label={t('act.payment')}
            hint={t('act.payment.hint')}
            value={draft.payment}
            onChange={(payment) => onChange({ payment })}
          />
          <div className="fields__pair">
            <Field
              label={t('act.sum')}
              isNumber
              value={draft.amount}
              wrong={wrongOf('amount', props, t)}
              onChange={(amount) => onChange({ amount })}
            />
            <Field
              label={t('act.currency')}
              value={draft.currency}
              wrong={wrongOf('currency', props, t)}
              onChange={(currency) => onChange({ currency })}
            />
          </div>
        </>
      )}
    </>
  );
}

function ClassField({ draft, onChange }: FieldsProps): ReactNode {
  const { t, names } = useConsole();
  return (
    <ChoiceField
      label={t('act.class')}
      value={draft.class}
      options={names.classes.map(({ id, name }) => [id, name] as const)}
      onChange={(value) => onChange({ class: value })}
    />
  );
}

function Validity({ choices, ...props }: FieldsProps & { choices: readonly Draft['validity'][] }): ReactNode {
  const { t } = useConsole();
  const { draft, onChange } = props;
  return (
    <div className="fields__pair">
      <ChoiceField
        label={t('act.validity')}
        value={draft.validity}
        options={choices.map((one) => [one, t(`act.validity.${one}`)] as const)}
        onChange={(value) => onChange({ validity: value })}
      />
      {draft.validity === 'days' ? (
        <Field
          label={t('act.days')}
          isNumber
          value={draft.days}
          wrong={wrongOf('days', props, t)}
          onChange={(value) => onChange({ days: value })}
        />
      ) : null}
      {draft.validity === 'until' ? (
        <Field
          label={t('act.until')}
          type="datetime-local"
          value={draft.until}
          onChange={(value) => onChange({ until: value })}
        />
      ) : null}
    </div>
  );
}
