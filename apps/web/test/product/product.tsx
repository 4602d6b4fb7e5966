/**
 * A product on an address of its own, as careless as products are: the client is made anew at each rendering, in strict
 * mode, under a reset of the product's own.
 */
import { createPersonClient } from '@drawdown/client';
import * as bindings from '@drawdown/client/react';
import { Fragment, type ReactNode, StrictMode, useState, version } from 'react';
import { createRoot } from 'react-dom/client';
import '@drawdown/client/react/styles.css';
import './product.css';

const { AtRisk, CostButton, CreditsBadge, CreditsPage, DrawdownProvider, HistoryTable, Invite, OpenOnWeb } =
  bindings;
const { OrderStrip, PackPicker, PlanPicker, RedeemForm, TeamSection, Timeline } = bindings;

const asked = new URLSearchParams(location.search);
const PARTS: Readonly<Record<string, () => ReactNode>> = {
  page: () => <CreditsPage />,
  cost: () => (
    <CostButton feature="ai_script" confirm={asked.has('confirm')} onSpent={() => undefined}>
      ¤
    </CostButton>
  ),
  AtRisk: () => <AtRisk />,
  HistoryTable: () => <HistoryTable />,
  Invite: () => <Invite />,
  OpenOnWeb: () => <OpenOnWeb feature="ai_script" href="#web" />,
  OrderStrip: () => <OrderStrip />,
  PackPicker: () => <PackPicker />,
  PlanPicker: () => <PlanPicker />,
  RedeemForm: () => <RedeemForm />,
  TeamSection: () => <TeamSection />,
  Timeline: () => <Timeline />,
};

/** Nothing but a sign for each message, and for whatever the catalog names. */
const signed = () => ({
  messages: Object.fromEntries(
    Object.keys(bindings.english).map((key) => [key, '¤']),
  ) as unknown as bindings.Messages,
  names: new Proxy<Record<string, string>>({}, { get: () => '¤' }),
});
const words = asked.has('signed') ? signed() : {};

function App(): ReactNode {
  const [renderings, setRenderings] = useState(0);
  const client = createPersonClient({
    url: asked.get('engine') ?? '',
    token: () => fetch('/my/session').then((response) => response.text()),
  });
  const person = asked.get('person') ?? '';
  return (
    <DrawdownProvider
      client={client}
      account={asked.get('show') ?? person}
      person={person}
      surface={(asked.get('surface') ?? 'web') as 'web'}
      locale={asked.get('locale') ?? 'en-GB'}
      timeZone="UTC"
      {...words}
    >
      <CreditsBadge href="#credits" />
      <button type="button" onClick={() => setRenderings(renderings + 1)}>
        Rendered again {renderings} times
      </button>
      {(asked.get('part') ?? 'page').split(' ').map((part, nth) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they stay as they were asked for, and one may be there twice
        <Fragment key={nth}>{PARTS[part]?.()}</Fragment>
      ))}
    </DrawdownProvider>
  );
}

document.documentElement.dataset.react = version;
document.documentElement.dir = asked.get('dir') ?? 'ltr';
createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
