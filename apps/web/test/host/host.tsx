/**
 * A product's own page, with the bindings as any product drops them in: plans that its own server changes, and a button
 * that asks before it spends.
 */
import { createClient } from '@drawdown/client';
import {
  CostButton,
  CreditsBadge,
  DrawdownProvider,
  type PlanChoice,
  PlanPicker,
} from '@drawdown/client/react';
import { type ReactNode, useState } from 'react';
import { createRoot } from 'react-dom/client';
import '@drawdown/client/react/styles.css';

const token = location.hash.replace('#session=', '');
const asked = new URLSearchParams(location.search);
const person = asked.get('person') ?? '';
const client = createClient({ url: location.origin, token });

/** The product's server knows its key; this page does not. */
async function choose(choice: PlanChoice): Promise<void> {
  const response = await fetch('/host/choose', { method: 'POST', body: JSON.stringify(choice) });
  if (!response.ok) throw new Error(await response.text());
}

function Host(): ReactNode {
  const [spent, setSpent] = useState(0);
  const feature = asked.get('feature');
  return (
    <>
      <h1>A product of its own</h1>
      <CreditsBadge href="/credits" />
      {feature === null ? (
        <PlanPicker onChoose={choose} />
      ) : (
        <CostButton feature={feature} confirm onSpent={({ operation }) => setSpent(spent + operation.amount)}>
          Make it
        </CostButton>
      )}
      <output aria-label="Spent here">{spent}</output>
    </>
  );
}

createRoot(document.getElementById('root') as HTMLElement).render(
  <DrawdownProvider client={client} account={asked.get('show') ?? person} person={person}>
    <Host />
  </DrawdownProvider>,
);
