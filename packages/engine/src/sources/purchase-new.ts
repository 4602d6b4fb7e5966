/** What every purchase has before anything is known of its payment. */
export function newPurchase(account: number, no: number, now: number) {
  return {
    account,
    no,
    checkout: null,
    url: null,
    payment: null,
    plan: null,
    subscription: null,
    endsAt: null,
    facts: [],
    frozen: [],
    awaits: false,
    state: 'open' as const,
    paidAt: null,
    createdAt: now,
    updatedAt: now,
    moved: null,
  };
}
