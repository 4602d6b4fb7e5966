/** The studio on the web. */
import { AccountSwitch, CreditsBadge } from '@drawdown/client/react';
import type { ReactNode } from 'react';
import type { PageSession } from '../shell/session.ts';
import { Shell, SignedIn, useFrame } from '../shell/shell.tsx';
import { useShown } from '../shell/shown.ts';
import { useOnline, useStudioApi, useStudioWords } from './bench.tsx';
import { Editor } from './editor.tsx';
import { OfflineNote } from './offline-note.tsx';
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
  const online = useOnline();
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
    <div className="st-page">
      {online ? null : <OfflineNote text={words.offline_text_web} />}
      <Editor
        key={live.id}
        api={api}
        live={live}
        workspace={workspace}
        credits
        aside={
          <div className="st-head__tools">
            <ProjectPicker workspace={workspace} />
            {/* What is here when nobody can be asked is not shown as if it were now. */}
            {online ? (
              <>
                <AccountSwitch teams={session.teams} onChange={onShow} />
                <CreditsBadge href={creditsHref()} />
              </>
            ) : null}
          </div>
        }
      />
    </div>
  );
}
