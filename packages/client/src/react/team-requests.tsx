import { type ReactNode, useState } from 'react';
import type { More } from '../wire.ts';
import { Failure } from './failure.tsx';
import { useDrawdown } from './provider.tsx';
import { useMembers, useMoreRequests } from './use-team.ts';

/** Who asks for more, how much and what for; each is answered here. */
export function TeamRequests(): ReactNode {
  const { client, t } = useDrawdown();
  const { data, error, reload } = useMoreRequests();
  const members = useMembers();
  const [failure, setFailure] = useState<unknown>(null);
  const decide = async (request: More, verb: 'approve' | 'deny'): Promise<void> => {
    setFailure(null);
    try {
      await (verb === 'approve' ? client.approveRequest(request) : client.denyRequest(request));
    } catch (caught) {
      setFailure(caught);
    }
    // Somebody else may have answered it: what there is now is asked in either case.
    reload();
    members.reload();
  };
  const open = data?.filter(({ state }) => state === 'pending') ?? [];
  return (
    <div className="dd-panel">
      <h3 className="dd-option__title">{t('team.requests')}</h3>
      {error === undefined ? null : <Failure error={error} onRetry={reload} />}
      {data !== undefined && open.length === 0 ? <p className="dd-muted">{t('team.no_requests')}</p> : null}
      <ul className="dd-requests">
        {open.map((request) => (
          <li key={request.id}>
            <Request request={request} onDecide={(verb) => decide(request, verb)} />
          </li>
        ))}
      </ul>
      {failure === null ? null : <Failure error={failure} />}
    </div>
  );
}

function Request({
  request,
  onDecide,
}: {
  request: More;
  onDecide(verb: 'approve' | 'deny'): Promise<void>;
}): ReactNode {
  const { t, format } = useDrawdown();
  const [pending, setPending] = useState(false);
  const decide = (verb: 'approve' | 'deny'): void => {
    setPending(true);
    void onDecide(verb).finally(() => setPending(false));
  };
  return (
    <>
      <p>
        <strong>{request.account}</strong> {t('team.asks', { count: request.amount })}
        <span className="dd-muted">
          {' · '}
          {format.dateTime(request.created_at)}
          {request.reason === null ? null : ` · ${request.reason}`}
        </span>
      </p>
      <div className="dd-requests__actions">
        {(['deny', 'approve'] as const).map((verb) => (
          <button
            key={verb}
            type="button"
            className="dd-button"
            data-size="small"
            disabled={pending}
            onClick={() => decide(verb)}
          >
            {t(`team.${verb}`)}
            <span className="dd-visually-hidden"> {request.account}</span>
          </button>
        ))}
      </div>
    </>
  );
}
