import {
  type ActPreview,
  type Approval,
  type CampaignPreview,
  DrawdownApiError,
  isProblem,
} from '@drawdown/client';
import { Failure } from '@drawdown/client/react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { Effect } from '../acts/effect.tsx';
import { Reason } from '../acts/reason.tsx';
import { Terms } from '../campaigns/campaign-page.tsx';
import { useConsole } from '../console-context.ts';
import { client } from '../entrance.ts';
import { useStaffName } from '../parts/actor.tsx';
import { Facts } from '../parts/facts.tsx';
import { Head, Panel } from '../parts/head.tsx';
import { Loading } from '../parts/list.tsx';
import { At, Copyable } from '../parts/small.tsx';
import { isRefusal, useRefusal } from '../refusal.ts';
import { ApprovalAbout, ApprovalName, nameOf } from './approval-about.tsx';
import { ApprovalState } from './approval-state.tsx';

const route = getRouteApi('/approvals/$approval');

const POLL_MS = 10_000;

/** One act that waits for a second person: who asked and why, what it would do now, and the decision. */
export function ApprovalPage(): ReactNode {
  const { t } = useConsole();
  const { approval: id } = route.useParams();
  const { data, error, refetch } = useQuery({
    queryKey: ['approvals', 'one', id],
    queryFn: ({ signal }) => client.getApproval(id, { signal }),
    refetchInterval: POLL_MS,
  });
  const trail = <Link to="/approvals">{t('section.approvals')}</Link>;
  if (data === undefined) {
    const isMissing = error instanceof DrawdownApiError && error.status === 404;
    return (
      <>
        <Head trail={trail} name={id} />
        {error === null ? (
          <Loading />
        ) : isMissing ? (
          <p className="dd-empty">{t('approval.missing')}</p>
        ) : (
          <Failure error={error} onRetry={() => void refetch()} />
        )}
      </>
    );
  }
  return (
    <>
      <Head
        trail={trail}
        name={nameOf(t, data)}
        title={
          <>
            <ApprovalName approval={data} /> <ApprovalState state={data.state} />
          </>
        }
      />
      <Asked approval={data} />
      {data.state === 'pending' ? <Decision approval={data} /> : <Decided approval={data} />}
    </>
  );
}

function Asked({ approval }: { approval: Approval }): ReactNode {
  const { t, staff } = useConsole();
  const staffName = useStaffName();
  const { requested_by: by, reason, created_at: at, expires_at: until } = approval;
  return (
    <Panel title={t('approval.asked')}>
      <div className="details details--plain">
        <Facts
          items={[
            [
              approval.account === null ? t('approval.campaign') : t('accounts.account'),
              <ApprovalAbout key="about" approval={approval} />,
            ],
            [t('approvals.by'), by.id === staff.staff.id ? t('approvals.you') : staffName(by.name)],
            [t('reason'), reason],
            [t('approvals.asked'), <At key="at" at={at} />],
            [t('approvals.until'), <At key="until" at={until} />],
            [t('approval.id'), <Copyable key="id" text={approval.id} />],
          ]}
        />
      </div>
    </Panel>
  );
}

function Decided({ approval }: { approval: Approval }): ReactNode {
  const { t } = useConsole();
  const nameOf = useStaffName();
  const { decided_by: by, decided_at: at, decision_reason: reason, operation, preview } = approval;
  return (
    <>
      <Panel title={t('approval.decision')}>
        <div className="details details--plain">
          <Facts
            items={[
              [t('lots.state'), <ApprovalState key="state" state={approval.state} />],
              [t('approval.decided_by'), by === null ? null : nameOf(by.name)],
              [t('approval.decided_at'), at === null ? null : <At key="at" at={at} />],
              [t('reason'), reason],
              [t('ledger.operation'), operation === null ? null : <Copyable key="op" text={operation} />],
            ]}
          />
        </div>
      </Panel>
      {preview === null ? null : (
        <Panel title={t('approval.as_asked')}>
          <div className="details details--plain">
            <Effect preview={preview} />
          </div>
        </Panel>
      )}
    </>
  );
}

function Shown({ preview }: { preview: ActPreview | CampaignPreview }): ReactNode {
  if (preview.act === 'start_campaign') return <Terms campaign={preview.campaign} />;
  return (
    <div className="details details--plain">
      <Effect preview={preview} />
    </div>
  );
}

function Decision({ approval }: { approval: Approval }): ReactNode {
  const { t, staff, may } = useConsole();
  const refusal = useRefusal();
  const cache = useQueryClient();
  const [reason, setReason] = useState('');
  const isOwn = approval.requested_by.id === staff.staff.id;
  const key = ['preview', approval.id];
  const preview = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => client.previewApproval(approval.id, { signal }),
    staleTime: 0,
  });
  const decide = useMutation({
    mutationFn: async (verdict: 'approve' | 'reject' | 'withdraw') => {
      const because = reason.trim();
      if (verdict !== 'approve') return void (await client[verdict](approval.id, { reason: because }));
      if (preview.data === undefined) return;
      await client.approve(approval.id, { reason: because, preview: preview.data.preview });
    },
    onSuccess: () => {
      void cache.invalidateQueries({ queryKey: ['approvals'] });
      void cache.invalidateQueries({ queryKey: ['audit'] });
      void cache.invalidateQueries({ queryKey: ['campaigns'] });
    },
    onError: (error) => {
      if (isProblem(error, 'preview_changed')) cache.setQueryData(key, error.problem.preview);
      if (isProblem(error, 'approval_closed')) void cache.invalidateQueries({ queryKey: ['approvals'] });
    },
  });
  const isReady = reason.trim() !== '' && !decide.isPending;
  const mayDecide = may('approve') && !isOwn;
  return (
    <Panel title={t('approval.effect_now')}>
      {preview.data === undefined ? (
        preview.error === null ? (
          <Loading lines={3} />
        ) : isRefusal(preview.error) ? (
          <p className="limits" role="alert">
            {refusal(preview.error)}
          </p>
        ) : (
          <Failure error={preview.error} onRetry={() => void preview.refetch()} />
        )
      ) : (
        <Shown preview={preview.data} />
      )}
      {isOwn ? <p className="limits">{t('approval.own')}</p> : null}
      {!mayDecide && !isOwn ? <p className="limits">{t('approval.not_yours')}</p> : null}
      {mayDecide || (isOwn && may('act')) ? (
        <form className="act decision" onSubmit={(event) => event.preventDefault()}>
          <Reason value={reason} onChange={setReason} />
          {decide.error === null ? null : (
            <p className="act__error" role="alert">
              {isProblem(decide.error, 'preview_changed') ? t('act.changed') : refusal(decide.error)}
            </p>
          )}
          <div className="act__buttons">
            {isOwn ? (
              <button
                type="button"
                className="dd-button"
                disabled={!isReady}
                onClick={() => decide.mutate('withdraw')}
              >
                {t('approval.withdraw')}
              </button>
            ) : (
              <>
                <button
                  type="button"
                  className="dd-button"
                  disabled={!isReady}
                  onClick={() => decide.mutate('reject')}
                >
                  {t('approval.reject')}
                </button>
                <button
                  type="button"
                  className="dd-button"
                  data-kind="primary"
                  disabled={!isReady || preview.data === undefined}
                  onClick={() => decide.mutate('approve')}
                >
                  {t('approval.approve')}
                </button>
              </>
            )}
          </div>
        </form>
      ) : null}
    </Panel>
  );
}
