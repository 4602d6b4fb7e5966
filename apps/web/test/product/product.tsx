/**
 * A product on an address of its own, as careless as products are: the client is made anew at each rendering, in strict
 * mode, under a reset of the product's own.
 */
import { createPersonClient } from '@drawdown/client';
import { CostButton, CreditsBadge, CreditsPage, DrawdownProvider } from '@drawdown/client/react';
import { type ReactNode, StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';
import '@drawdown/client/react/styles.css';
import './product.css';

const asked = new URLSearchParams(location.search);
const PARTS: Readonly<Record<string, () => ReactNode>> = {
  page: () => <CreditsPage />,
  cost: () => (
    <CostButton feature="ai_script" onSpent={() => undefined}>
      Generate
    </CostButton>
  ),
};

function App(): ReactNode {
  const [renderings, setRenderings] = useState(0);
  const client = createPersonClient({
    url: asked.get('engine') ?? '',
    token: () => fetch('/my/session').then((response) => response.text()),
  });
  return (
    <DrawdownProvider client={client} account={asked.get('account') ?? ''}>
      <CreditsBadge href="#credits" />
      <button type="button" onClick={() => setRenderings(renderings + 1)}>
        Rendered again {renderings} times
      </button>
      {PARTS[asked.get('part') ?? 'page']?.()}
    </DrawdownProvider>
  );
}

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
