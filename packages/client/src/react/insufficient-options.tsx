import { type ReactNode, useState } from 'react';
import type { CatalogPlan } from '../wire.ts';
import { AskForMore } from './ask-for-more.tsx';
import { keepAsked } from './asked.ts';
import { BuyingNotes, useBuying } from './buying.tsx';
import { type Cheaper, cheaperSettings } from './cheaper.ts';
import { ConsentBox, useConsent } from './consent.tsx';
import { Failure } from './failure.tsx';
import type { InsufficientCreditsDialogProps } from './insufficient-dialog.tsx';
import { nextRefill } from './lots.ts';
import { PackOffer, smallestCovering, usePackOffers } from './packs.tsx';
import { usePlanCheckout } from './plan-checkout.ts';
import { useCatalog, useDrawdown, useNames } from './provider.tsx';
import type { Shortage } from './shortage.ts';
import { useSubscriptions } from './use-account.ts';
import { useStanding } from './use-team.ts';

type OptionsProps = InsufficientCreditsDialogProps & { shortage: Shortage };

/** What can be done, from what costs nothing to what costs most; what would not help is not offered. */
export function InsufficientOptions(props: OptionsProps): ReactNode {
  const { quote, onAskAdmin, shortage } = props;
  const { account } = useDrawdown();
  const standing = useStanding().data;
  const manages = standing?.manages === true;
  const isLimit = shortage.kind === 'limit';
  const buying = useBuying((purchase) => keepAsked({ account, feature: quote.feature, purchase }));
  return (
    <>
      <ol className="dd-options">
        <CheaperOffers {...props} />
        {isLimit || !manages ? null : (
          <>
            <Wait shortage={shortage} />
            <Pack shortage={shortage} buying={buying} />
            <Plan {...props} />
          </>
        )}
        {onAskAdmin === undefined ? <AskOffer shortage={shortage} /> : <AskElsewhere onAsk={onAskAdmin} />}
      </ol>
      <BuyingNotes buying={buying} />
    </>
  );
}

function CheaperOffers({ quote, onUnits, onClose, shortage }: OptionsProps): ReactNode {
  const { t } = useDrawdown();
  const price = useCatalog().data?.features.find(({ id }) => id === quote.feature)?.price;
  if (price === undefined || onUnits === undefined) return null;
  return cheaperSettings(price, quote.units, shortage.available).map((one) => (
    <Option
      key={JSON.stringify(one.units)}
      title={t('short.cheaper')}
      detail={<Settings of={one} />}
      action={
        <button
          type="button"
          className="dd-button"
          onClick={() => {
            onUnits(one.units);
            onClose();
          }}
        >
          {t('short.use', { count: one.amount })}
        </button>
      }
    />
  ));
}

/** The next refill, where it would be enough. */
function Wait({ shortage: { missing, ...shortage } }: { shortage: Shortage }): ReactNode {
  const { t, format } = useDrawdown();
  const subscriptions = useSubscriptions().data;
  const allowed = shortage.kind === 'class' ? shortage.allowed : null;
  const [refill] = (useCatalog().data?.classes ?? [])
    .filter(({ id }) => allowed === null || allowed.includes(id))
    .flatMap(({ id }) => nextRefill(subscriptions, id) ?? [])
    .filter(({ amount }) => amount >= missing)
    .sort((a, b) => a.at.localeCompare(b.at));
  if (refill === undefined) return null;
  const values = { count: refill.amount, date: format.dateTime(refill.at) };
  return (
    <Option
      title={t('short.wait')}
      detail={t(refill.expected ? 'short.arrives_expected' : 'short.arrives', values)}
    />
  );
}

function Pack({ shortage, buying }: { shortage: Shortage; buying: ReturnType<typeof useBuying> }): ReactNode {
  const allowed = shortage.kind === 'class' ? shortage.allowed : null;
  const packs = usePackOffers().filter(({ pack }) => allowed === null || allowed.includes(pack.class));
  const pack = smallestCovering(packs, shortage.missing);
  return pack === undefined ? null : (
    <li>
      <PackOffer pack={pack} buying={buying} />
    </li>
  );
}

/** A plan whose refill would have covered it, where there is none yet; where there is one, the way to the plans. */
function Plan({ plansHref, shortage }: OptionsProps): ReactNode {
  const { t, format } = useDrawdown();
  const names = useNames();
  const plans = useCatalog().data?.plans;
  const hasPlan = useSubscriptions().data?.some(({ status }) => status !== 'cancelled');
  const consent = useConsent();
  const buy = usePlanCheckout(consent);
  const [error, setError] = useState<unknown>(null);
  if (plansHref !== undefined) {
    const link = (
      <a className="dd-button" href={plansHref}>
        {t('short.see_plans')}
      </a>
    );
    return <Option title={t('short.plan')} detail={t('short.plan_detail')} action={link} />;
  }
  const offer = hasPlan === false ? smallestPlan(plans ?? [], shortage) : null;
  if (offer === null) return null;
  const { plan, billing, currency, price } = offer;
  return (
    <Option
      title={names.named('plan', plan.id)}
      detail={
        <>
          {t('plans.monthly', { count: billing.credits })}
          {' · '}
          {t('pack.unit_price', { price: format.unitPrice(price, billing.credits, currency) })}
          <ConsentBox consent={consent} />
          {error === null ? null : <Failure error={error} />}
        </>
      }
      action={
        <button
          type="button"
          className="dd-button"
          onClick={() =>
            void buy({ action: 'subscribe', plan: plan.id, interval: billing.interval }).catch(
              (caught: unknown) => consent.isWanted(caught) || setError(caught),
            )
          }
        >
          {t('plans.price_month', { price: format.money(price, currency) })}
        </button>
      }
    />
  );
}

/** The cheapest personal plan by the month that brings what is missing. */
function smallestPlan(plans: readonly CatalogPlan[], { missing, ...shortage }: Shortage) {
  const allowed = shortage.kind === 'class' ? shortage.allowed : null;
  const offers = plans
    .filter(({ kind, class: id }) => kind === 'personal' && (allowed === null || allowed.includes(id)))
    .flatMap((plan) =>
      plan.billing.flatMap((billing) => {
        const [currency, price] = Object.entries(billing.prices)[0] ?? [];
        if (billing.interval !== 'month' || currency === undefined || price === undefined) return [];
        return billing.credits >= missing ? [{ plan, billing, currency, price }] : [];
      }),
    );
  return offers.sort((a, b) => a.price - b.price)[0] ?? null;
}

/** Of a team: a member asks for more of their limit; of an empty pool, only its owners and admins can do something. */
function AskOffer({ shortage }: { shortage: Shortage }): ReactNode {
  const { t } = useDrawdown();
  const standing = useStanding().data;
  const member = standing?.member ?? null;
  if (member === null || (standing?.manages === true && shortage.kind !== 'limit')) return null;
  if (member.limit === null) return <Option title={t('short.ask')} detail={t('short.ask_pool')} />;
  return (
    <li className="dd-option">
      <AskForMore suggested={shortage.missing} />
    </li>
  );
}

function AskElsewhere({ onAsk }: { onAsk(): void }): ReactNode {
  const { t } = useDrawdown();
  const button = (
    <button type="button" className="dd-button" onClick={onAsk}>
      {t('short.ask_send')}
    </button>
  );
  return <Option title={t('short.ask')} detail={t('short.ask_detail')} action={button} />;
}

function Option({
  title,
  detail,
  action,
}: {
  title: string;
  detail: ReactNode;
  action?: ReactNode;
}): ReactNode {
  return (
    <li className="dd-option">
      <div>
        <h3 className="dd-option__title">{title}</h3>
        <div className="dd-option__detail">{detail}</div>
      </div>
      {action}
    </li>
  );
}

function Settings({ of }: { of: Cheaper }): ReactNode {
  const { format } = useDrawdown();
  const names = useNames();
  if (typeof of.units !== 'object') return format.credits(Number(of.units));
  return format.list(
    Object.entries(of.units).map(([axis, value]) => `${names.setting(axis)} ${names.setting(String(value))}`),
  );
}
