/**
 * The studio on a phone. There are no credits here: no balance, no price, nothing to buy. What the device can do is free;
 * what it cannot is handed to the web, at the same project and tool.
 */
import type { ReactNode } from 'react';
import { Logo } from '../shell/logo.tsx';
import type { PageSession } from '../shell/session.ts';
import { Shell, SignedIn } from '../shell/shell.tsx';
import { useStudioApi, useStudioTitle, useStudioWords } from '../studio/bench.tsx';
import { Editor } from '../studio/editor.tsx';
import { ProjectPicker } from '../studio/project-picker.tsx';
import { useSeen, useWorkspace } from '../studio/workspace.tsx';
import '../studio/studio.css';
import './mobile.css';

const SURFACE = /Android/.test(navigator.userAgent) ? 'android' : 'ios';

export function MobileDocument(): ReactNode {
  const account = new URLSearchParams(location.search).get('account') ?? 'demo';
  return (
    <Shell kind="bare">
      <div className="phone app">
        <Bar />
        <main className="phone__main" id="main">
          <SignedIn wanted={{ account, surface: SURFACE }} hearsAll>
            {(session) => <App session={session} />}
          </SignedIn>
        </main>
      </div>
    </Shell>
  );
}

function Bar(): ReactNode {
  const words = useStudioWords();
  useStudioTitle('title_mobile');
  return (
    <header className="phone__bar">
      <h1 className="phone__name">
        <Logo />
        {words.app}
      </h1>
    </header>
  );
}

function App({ session }: { session: PageSession }): ReactNode {
  const api = useStudioApi(session);
  const workspace = useWorkspace(api);
  const words = useStudioWords();
  useSeen();
  const { live, failed } = workspace;
  if (live === null) {
    return (
      <p className={failed ? 'st-note' : 'dd-visually-hidden'} role="status">
        {failed ? words.failed_to_load : words.loading}
      </p>
    );
  }
  return (
    <Editor
      key={live.id}
      api={api}
      live={live}
      workspace={workspace}
      credits={false}
      aside={<ProjectPicker workspace={workspace} />}
    />
  );
}
