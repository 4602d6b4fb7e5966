/** The studio on the web. */
import { AccountSwitch, CreditsBadge } from '@drawdown/client/react';
import type { ReactNode } from 'react';
import type { PageSession } from '../shell/session.ts';
import { Shell, SignedIn, useFrame } from '../shell/shell.tsx';
import { useShown } from '../shell/shown.ts';
import { useStudioApi, useStudioWords } from './bench.tsx';
import { Editor } from './editor.tsx';
import { ProjectPicker } from './project-picker.tsx';
import { creditsHref, useSeen, useWorkspace } from './workspace.tsx';
import './studio.css';

export function StudioDocument(): ReactNode {
  return (
    <Shell>
      <Content />
    </Shell>
  );
}

function Content(): ReactNode {
  const { words } = useFrame();
  const account = new URLSearchParams(location.search).get('account') ?? 'demo';
  const [shown, show] = useShown();
  return (
    <>
      <h1 className="dd-visually-hidden">{words.studio}</h1>
      <SignedIn wanted={{ account, surface: 'web' }} account={shown} hearsAll>
        {(session) => <Studio session={session} onShow={show} />}
      </SignedIn>
    </>
  );
}

/** `onShow`: another account pays from now on, the person's own or a team's. */
function Studio({ session, onShow }: { session: PageSession; onShow(account: string): void }): ReactNode {
  const api = useStudioApi(session);
  const workspace = useWorkspace(api);
  const words = useStudioWords();
  useSeen();
  const { live, failed } = workspace;
  if (live === null) {
    return failed ? (
      <div className="closed" role="alert">
        <p>{words.failed_to_load}</p>
        <button type="button" className="dd-button" onClick={workspace.retry}>
          {words.retry}
        </button>
      </div>
    ) : (
      <p className="dd-visually-hidden" role="status">
        {words.loading}
      </p>
    );
  }
  return (
    <Editor
      key={live.id}
      api={api}
      live={live}
      workspace={workspace}
      credits
      aside={
        <div className="st-head__tools">
          <ProjectPicker workspace={workspace} />
          <AccountSwitch teams={session.teams} onChange={onShow} />
          <CreditsBadge href={creditsHref()} />
        </div>
      }
    />
  );
}
