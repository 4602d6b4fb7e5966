/** Profile → Credits, as a page of its own. */
import { CreditsPage } from '@drawdown/client/react';
import type { ReactNode } from 'react';
import { Shell, SignedIn, useFrame } from '../shell/shell.tsx';

export function CreditsDocument(): ReactNode {
  return (
    <Shell>
      <Content />
    </Shell>
  );
}

function Content(): ReactNode {
  const { words } = useFrame();
  const account = new URLSearchParams(location.search).get('account') ?? 'demo';
  return (
    <>
      <header className="shell__head">
        <p className="shell__trail">{words.profile}</p>
        <h1 className="shell__title">{words.credits}</h1>
      </header>
      <SignedIn wanted={{ account, teams: ['demo_team'], surface: 'web' }}>{() => <CreditsPage />}</SignedIn>
    </>
  );
}
