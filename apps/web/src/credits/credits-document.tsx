/** Profile → Credits, as a page of its own. */
import { AccountSwitch, CreditsPage } from '@drawdown/client/react';
import { type ReactNode, useState } from 'react';
import { Shell, SignedIn, useFrame } from '../shell/shell.tsx';

export function CreditsDocument(): ReactNode {
  return (
    <Shell>
      <Content />
    </Shell>
  );
}

/** Which account is shown stands in the address, so that the way back from a checkout leads to the same. */
const SHOWN = 'show';

function Content(): ReactNode {
  const asked = new URLSearchParams(location.search);
  const [shown, setShown] = useState(asked.get(SHOWN));
  const show = (account: string): void => {
    const here = new URL(location.href);
    here.searchParams.set(SHOWN, account);
    history.replaceState(history.state, '', here);
    setShown(account);
  };
  const wanted = { account: asked.get('account') ?? 'demo', teams: ['demo_team'], surface: 'web' } as const;
  return (
    <SignedIn wanted={wanted} account={shown} waiting={<Head />}>
      {({ teams }) => (
        <>
          <Head>
            <AccountSwitch teams={teams} onChange={show} />
          </Head>
          <CreditsPage key={shown} />
        </>
      )}
    </SignedIn>
  );
}

function Head({ children }: { children?: ReactNode }): ReactNode {
  const { words } = useFrame();
  return (
    <header className="shell__head">
      <div>
        <p className="shell__trail">{words.profile}</p>
        <h1 className="shell__title">{words.credits}</h1>
      </div>
      {children}
    </header>
  );
}
