import { type ReactNode, useState } from 'react';
import type { Usage, UsageGroup, UsageQuery, UsageRow } from '../wire.ts';
import { Choice } from './choice.tsx';
import { DrawBar } from './draw-bar.tsx';
import { Failure } from './failure.tsx';
import { useDrawdown, useNames, useReading } from './provider.tsx';
import { type File, SaveButton } from './save-button.tsx';
import { Section } from './section.tsx';
import { useStanding } from './use-team.ts';

const WINDOWS = [7, 30, 90] as const;
const GROUPS: readonly UsageGroup[] = ['feature', 'member'];
const DAY_MS = 86_400_000;

/** What credits went for lately: by feature, and in a team by member for whoever manages it. */
export function UsageSection(): ReactNode {
  const { t, format, account, person, client, live } = useDrawdown();
  const [days, setDays] = useState<(typeof WINDOWS)[number]>(30);
  const [group, setGroup] = useState<UsageGroup>('feature');
  const manages = useStanding().data?.manages === true && account !== person;
  const by = manages ? group : 'feature';
  const csv = async (): Promise<File> => ({
    name: `usage-${account}.csv`,
    text: await client.usageCsv(account, asked(live.now(), days, by)),
  });
  return (
    <Section
      title={t('usage.title')}
      tools={
        <div className="dd-section__tools">
          {manages ? (
            <Choice
              label={t('usage.by')}
              options={GROUPS}
              nameOf={(one) => t(`usage.by_${one}`)}
              value={group}
              onChange={setGroup}
            />
          ) : null}
          <Choice
            label={t('usage.window')}
            options={WINDOWS}
            nameOf={(one) => format.duration(`P${one}D`)}
            value={days}
            onChange={setDays}
          />
          <SaveButton load={csv} />
        </div>
      }
    >
      <Rows days={days} by={by} />
    </Section>
  );
}

function Rows({ days, by }: { days: number; by: UsageGroup }): ReactNode {
  const { t } = useDrawdown();
  const { data, error, reload } = useReading(`usage:${days}:${by}`, ({ client, account, live }) =>
    client.usage(account, asked(live.now(), days, by)),
  );
  if (data === undefined) {
    return error === undefined ? (
      <div className="dd-skeleton dd-usage__skeleton" />
    ) : (
      <Failure error={error} onRetry={reload} />
    );
  }
  if (data.rows.length === 0) return <p className="dd-muted dd-usage__empty">{t('usage.empty')}</p>;
  return <Table usage={data} by={by} />;
}

/** The end is behind every clock, so that what is spent while it is asked counts. */
const asked = (now: number, days: number, by: UsageGroup): UsageQuery => ({
  from: new Date(now - days * DAY_MS).toISOString(),
  to: new Date(now + DAY_MS).toISOString(),
  group_by: by,
});

function Table({ usage, by }: { usage: Usage; by: UsageGroup }): ReactNode {
  const { t, format } = useDrawdown();
  const names = useNames();
  const most = Math.max(1, ...usage.rows.map(({ used }) => used));
  const nameOf = (row: UsageRow): string =>
    by === 'feature'
      ? (names.feature(row.feature) ?? t('usage.no_feature'))
      : (row.member ?? t('usage.no_member'));
  return (
    <table className="dd-usage">
      <thead className="dd-visually-hidden">
        <tr>
          <th scope="col">{t(`usage.by_${by}`)}</th>
          <th scope="col">{t('usage.classes')}</th>
          <th scope="col">{t('usage.times')}</th>
          <th scope="col">{t('usage.credits')}</th>
        </tr>
      </thead>
      <tbody>
        {usage.rows.map((row) => (
          <tr key={row[by] ?? ''}>
            <th scope="row">
              <bdi>{nameOf(row)}</bdi>
            </th>
            <td className="dd-usage__bar">
              <div style={{ inlineSize: `${(Math.max(0, row.used) / most) * 100}%` }}>
                <DrawBar parts={row.classes.map(({ class: id, used }) => ({ class: id, keep: used }))} />
              </div>
            </td>
            <td className="dd-usage__times">{t('usage.operations', { count: row.operations })}</td>
            <td className="dd-usage__used">{format.credits(row.used)}</td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">{t('statement.total')}</th>
          <td className="dd-usage__bar" />
          <td className="dd-usage__times">{t('usage.operations', { count: usage.operations })}</td>
          <td className="dd-usage__used">{format.credits(usage.used)}</td>
        </tr>
      </tfoot>
    </table>
  );
}
