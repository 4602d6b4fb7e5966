/** Profile → Credits, as a page of its own. */
import { AccountSwitch, CreditsPage } from '@drawdown/client/react';
import type { ReactNode } from 'react';
import { Shell, SignedIn, useFrame } from '../shell/shell.tsx';
import { useShown } from '../shell/shown.ts';

export function CreditsDocument(): ReactNode {
  return (
    <Shell>
      <Content />
    </Shell>
  );
}

function Content(): ReactNode {
  const asked = new URLSearchParams(location.search);
  const [shown, show] = useShown();
  const wanted = { account: asked.get('account') ?? 'demo', surface: 'web' } as const;
  return (
    <SignedIn wanted={wanted} account={shown} firstWords waiting={<Head />}>
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
