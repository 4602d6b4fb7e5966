import { type ReactNode, useState } from 'react';
import { isProblem } from '../errors.ts';
import { Failure } from './failure.tsx';
import { Icon } from './icon.tsx';
import { useCatalog, useDrawdown, useReading } from './provider.tsx';
import { Section } from './section.tsx';

/** The account's own code, and what it brought. Nothing where no referral runs. */
export function Invite(): ReactNode {
  const { t } = useDrawdown();
  const campaign = useCatalog().data?.campaigns.find(({ kind }) => kind === 'referral');
  if (campaign === undefined) return null;
  return (
    <Section title={t('invite.title')} anchor="dd-invite">
      <p className="dd-muted">
        {t('invite.terms', { theirs: campaign.credits, yours: campaign.inviter_credits ?? 0 })}
      </p>
      <Code campaign={campaign.id} />
    </Section>
  );
}

function Code({ campaign }: { campaign: string }): ReactNode {
  const { t } = useDrawdown();
  const { data, error, reload } = useReading(`referral:${campaign}`, ({ client, account }) =>
    client.referral(account, { campaign }),
  );
  const [copied, setCopied] = useState(false);
  if (data === undefined) {
    if (error === undefined) return <div className="dd-skeleton dd-invite__skeleton" />;
    // Over, or not for this account: there is nothing to offer, and nothing broke.
    if (isProblem(error, 'campaign_ended') || isProblem(error, 'campaign_not_eligible')) {
      return <p className="dd-muted">{t('invite.over')}</p>;
    }
    return <Failure error={error} onRetry={reload} />;
  }
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(data.code);
    setCopied(true);
  };
  return (
    <div className="dd-invite">
      <code className="dd-invite__code">{data.code}</code>
      <button type="button" className="dd-button" onClick={() => void copy().catch(() => setCopied(false))}>
        <Icon name={copied ? 'check' : 'copy'} />
        {t(copied ? 'invite.copied' : 'invite.copy')}
      </button>
      <p className="dd-invite__figures" role="status">
        {t('invite.figures', { count: data.invited, awarded: data.awarded })}
      </p>
    </div>
  );
}
