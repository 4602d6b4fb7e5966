/** What a checkout adds to the address that it sends the buyer back to. */
const ADDED = ['purchase', 'subscription'] as const;

/** This page, as it is to be found again after a checkout: without what an earlier one added. */
export function addressToReturnTo(): string {
  const here = new URL(location.href);
  for (const name of ADDED) here.searchParams.delete(name);
  return here.href;
}

/** Whether the address names what a checkout was for. */
export function comesFromCheckout(): boolean {
  const { searchParams } = new URL(location.href);
  return ADDED.some((name) => searchParams.has(name));
}
