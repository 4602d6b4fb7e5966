import type { Campaign } from '@drawdown/client';
import { saveFile } from '@drawdown/client/react';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useConsole } from '../console-context.ts';
import { client } from '../entrance.ts';
import { Field } from '../parts/field.tsx';
import { Panel } from '../parts/head.tsx';
import { useRefusal } from '../refusal.ts';

/** As the server has it. */
const MOST = 1000;

/** Makes single-use codes. The server keeps only their hashes, so they are there this once, to be saved. */
export function CodesPanel({ campaign }: { campaign: Campaign }): ReactNode {
  const { t } = useConsole();
  const refusal = useRefusal();
  const [count, setCount] = useState('10');
  const make = useMutation({
    mutationFn: (wanted: number) => client.createCampaignCodes(campaign.id, { count: wanted }),
  });
  const wanted = Number(count);
  const isCount = Number.isInteger(wanted) && wanted >= 1 && wanted <= MOST;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (isCount) make.mutate(wanted);
  };
  const codes = make.data?.codes;
  return (
    <Panel title={t('codes.title')}>
      <div className="codes">
        <p className="dd-muted">{t('codes.lead')}</p>
        <form className="codes__form" onSubmit={submit}>
          <Field
            label={t('codes.count')}
            isNumber
            value={count}
            wrong={isCount ? null : t('fault.most', { most: MOST })}
            onChange={setCount}
          />
          <button type="submit" className="dd-button" disabled={!isCount || make.isPending}>
            {t('codes.make')}
          </button>
        </form>
        {make.error === null ? null : (
          <p className="act__error" role="alert">
            {refusal(make.error)}
          </p>
        )}
        {codes === undefined ? null : (
          <>
            <textarea
              className="dd-input codes__list"
              aria-label={t('codes.title')}
              readOnly
              rows={Math.min(8, codes.length)}
              value={codes.join('\n')}
            />
            <button
              type="button"
              className="dd-button"
              onClick={() => saveFile(`codes-${campaign.id}.csv`, `code\r\n${codes.join('\r\n')}\r\n`)}
            >
              {t('codes.save')}
            </button>
          </>
        )}
      </div>
    </Panel>
  );
}
