/** What ran, what it cost and which credits paid; and a switch to see what a failure costs. */
import { DrawBar, Icon, useDrawdown, useNames } from '@drawdown/client/react';
import type { Job } from '@drawdown/studio/wire';
import { type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { useBench } from './bench.tsx';
import { Meter } from './controls.tsx';
import { keepFile } from './pixels.ts';
import { filled } from './words.ts';

/** As many as one looks at; the ledger on the Credits page has them all. */
const SHOWN = 6;

export function JobList({ credits }: { credits: boolean }): ReactNode {
  const { live, view, words, online } = useBench();
  const { jobs, fail_next } = view;
  const title = useId();
  return (
    <section className="st-jobs" aria-labelledby={title}>
      <div className="st-jobs__head">
        <h2 className="dd-section__title" id={title}>
          {words.jobs}
        </h2>
        {credits ? (
          <label className="st-switch" title={words.fail_next_text}>
            <input
              type="checkbox"
              role="switch"
              aria-checked={fail_next}
              checked={fail_next}
              disabled={!online}
              onChange={({ target }) => void live.setFailNext(target.checked)}
            />
            <span className="st-switch__track" aria-hidden="true" />
            <span>{words.fail_next}</span>
          </label>
        ) : null}
      </div>
      {jobs.length === 0 ? (
        <p className="dd-empty">{credits ? words.jobs_empty : words.jobs_empty_phone}</p>
      ) : (
        <ol className="st-jobs__list">
          {jobs.slice(0, SHOWN).map((job) => (
            <li key={job.id} className="st-job" data-state={job.state}>
              <JobRow job={job} credits={credits} />
            </li>
          ))}
        </ol>
      )}
      <Announcer jobs={jobs} credits={credits} />
    </section>
  );
}

const ICONS = { running: 'clock', done: 'check', failed: 'warning', cancelled: 'close' } as const;

function JobRow({ job, credits }: { job: Job; credits: boolean }): ReactNode {
  const { live, api, words, online } = useBench();
  const { format } = useDrawdown();
  const { state, settings, file } = job;
  const save = async (): Promise<void> => {
    if (file !== null) keepFile(file.name, await api.file(job.id));
  };
  return (
    <>
      <span className="st-job__icon">
        <Icon name={ICONS[state]} />
      </span>
      <div className="st-job__what">
        <span className="st-job__name">{words[`tool_${settings.tool}`]}</span>
        <span className="dd-muted">
          {' '}
          {words[`job_${state}`]} · {format.time(job.ended_at ?? job.created_at)}
        </span>
        {job.failure === null ? null : <p className="st-job__why">{words[`failure_${job.failure}`]}</p>}
      </div>
      <div className="st-job__cost">{credits ? <Cost job={job} /> : null}</div>
      <div className="st-job__act">
        {state === 'running' ? (
          <>
            <Meter share={job.progress} label={words.job_running} />
            <button
              type="button"
              className="dd-button"
              data-size="small"
              disabled={!online}
              onClick={() => void live.cancel(job.id)}
            >
              {words.cancel}
            </button>
          </>
        ) : null}
        {file === null ? null : (
          <button
            type="button"
            className="dd-button"
            data-size="small"
            disabled={!online}
            onClick={() => void save()}
          >
            <Icon name="download" />
            {words.download}
          </button>
        )}
      </div>
    </>
  );
}

/** The receipt: how much, of which credits, and what was left. */
function Cost({ job }: { job: Job }): ReactNode {
  const { words } = useBench();
  const { t, format } = useDrawdown();
  const names = useNames();
  if (job.state === 'running') {
    return job.held === 0 ? words.job_free : filled(words.job_reserved, { count: format.credits(job.held) });
  }
  if (job.receipt === null) {
    return job.state === 'done' ? words.job_free : <span className="st-job__free">{words.job_nothing}</span>;
  }
  const { amount, draws, available } = job.receipt;
  const sums = new Map<string, number>();
  for (const draw of draws) sums.set(draw.class, (sums.get(draw.class) ?? 0) + draw.amount);
  const parts = [...sums].map(([id, sum]) => `${format.credits(sum)} ${names.class(id).short}`);
  return (
    <>
      <span className="st-job__amount">{t('credits', { count: amount })}</span>
      <DrawBar size="slim" parts={[...sums].map(([id, keep]) => ({ class: id, keep }))} />
      <span className="st-job__split">
        {parts.join(' + ')} · {filled(words.left_afterwards, { count: format.credits(available) })}
      </span>
    </>
  );
}

/** Says how a job ended, once. */
function Announcer({ jobs, credits }: { jobs: readonly Job[]; credits: boolean }): ReactNode {
  const { words } = useBench();
  const { t } = useDrawdown();
  const running = useRef(new Set<string>());
  const [said, setSaid] = useState('');
  useEffect(() => {
    const ended = jobs.find(({ id, state }) => state !== 'running' && running.current.has(id));
    running.current = new Set(jobs.filter(({ state }) => state === 'running').map(({ id }) => id));
    if (ended === undefined) return;
    const what = `${words[`tool_${ended.settings.tool}`]}: ${words[`job_${ended.state}`]}.`;
    const cost = ended.receipt === null ? words.job_nothing : t('credits', { count: ended.receipt.amount });
    setSaid(credits ? `${what} ${cost}` : what);
  }, [jobs, words, t, credits]);
  return (
    <p className="dd-visually-hidden" role="status">
      {said}
    </p>
  );
}
