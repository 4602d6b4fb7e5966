/** What a checkout adds to the address that it sends the buyer back to. */
const ADDED = ['purchase', 'subscription'] as const;

/** This page, as it is to be found again after a checkout: without what an earlier one added. */
export function addressToReturnTo(): string {
  const here = new URL(location.href);
  for (const name of ADDED) here.searchParams.delete(name);
  return here.href;
}

export interface CheckedOut {
  readonly purchase: string | null;
  readonly subscription: string | null;
}

/** What the address says that a checkout was for; nothing on a server that renders the page, which has no address. */
export function whatFor(): CheckedOut {
  const searchParams = new URLSearchParams(typeof location === 'undefined' ? '' : location.search);
  return { purchase: searchParams.get('purchase'), subscription: searchParams.get('subscription') };
}

/** Whether the address names what a checkout was for. */
export function comesFromCheckout(): boolean {
  return Object.values(whatFor()).some((id) => id !== null);
}
