import { useState } from 'react';

/** Which account is shown stands in the address, so that the way back from a checkout leads to the same. */
const SHOWN = 'show';

/** The account that the address names, the person's own or a team's, and how another one is shown; null: none is named. */
export function useShown(): [string | null, (account: string) => void] {
  const [shown, setShown] = useState(new URLSearchParams(location.search).get(SHOWN));
  const show = (account: string): void => {
    const here = new URL(location.href);
    here.searchParams.set(SHOWN, account);
    history.replaceState(history.state, '', here);
    setShown(account);
  };
  return [shown, show];
}
