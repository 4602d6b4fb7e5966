/** The studio as an app on a desktop: it installs, opens without a connection, and then promises nothing. */
import { AccountSwitch, CreditsBadge, Icon } from '@drawdown/client/react';
import { type ReactNode, useEffect, useMemo, useState } from 'react';
import { Logo } from '../shell/logo.tsx';
import type { PageSession } from '../shell/session.ts';
import { Shell, SignedIn } from '../shell/shell.tsx';
import { useShown } from '../shell/shown.ts';
import { StudioApi } from '../studio/api.ts';
import {
  type Bench,
  BenchProvider,
  useOnline,
  useProjectState,
  useStudioApi,
  useStudioTitle,
  useStudioWords,
} from '../studio/bench.tsx';
import { Editor, EditorHead } from '../studio/editor.tsx';
import { LiveProject } from '../studio/live-project.ts';
import { OfflineNote } from '../studio/offline-note.tsx';
import { ScriptBrief, ScriptStage } from '../studio/script-tool.tsx';
import { creditsHref, titleOf, useSeen, useWorkspace, type Workspace } from '../studio/workspace.tsx';
import { type Kept, keep, readKept } from './kept.ts';
import '../studio/studio.css';
import './desktop.css';

const SURFACE = /Windows/.test(navigator.userAgent) ? 'desktop_windows' : 'desktop_macos';

export function DesktopDocument(): ReactNode {
  const account = new URLSearchParams(location.search).get('account') ?? 'demo';
  const [shown, show] = useShown();
  return (
    <Shell kind="bare">
      <div className="app">
        <SignedIn
          wanted={{ account, surface: SURFACE }}
          account={shown}
          hearsAll
          hasMain={false}
          offline={<WithoutConnection />}
        >
          {(session) => <App session={session} onShow={show} />}
        </SignedIn>
      </div>
    </Shell>
  );
}

/** `onShow`: another account pays from now on, the person's own or a team's. */
function App({ session, onShow }: { session: PageSession; onShow(account: string): void }): ReactNode {
  const api = useStudioApi(session);
  const workspace = useWorkspace(api, keptFor);
  const words = useStudioWords();
  const online = useOnline();
  const { live, failed } = workspace;
  useSeen();
  useEffect(() => (live === null ? undefined : keep(live)), [live]);
  return (
    <>
      <Sidebar workspace={workspace} />
      <main className="app__main" id="main">
        <h1 className="dd-visually-hidden">{words.app}</h1>
        {online ? null : <OfflineNote text={words.offline_text} />}
        {live === null ? (
          <p className={failed ? 'st-note' : 'dd-visually-hidden'} role="status">
            {failed ? words.failed_to_load : words.loading}
          </p>
        ) : (
          <Editor
            key={live.id}
            api={api}
            live={live}
            workspace={workspace}
            credits
            keeps
            aside={
              online ? (
                <div className="st-head__tools">
                  <AccountSwitch teams={session.teams} onChange={onShow} />
                  <CreditsBadge href={creditsHref()} />
                </div>
              ) : null
            }
          />
        )}
      </main>
    </>
  );
}

/** What was typed without a connection goes where it belongs. */
function keptFor(project: string): Kept | undefined {
  const kept = readKept();
  return kept?.view.project.id === project ? kept : undefined;
}

/** Without a connection there is the project that is open: the others are on the server. */
function Sidebar({ workspace }: { workspace: Workspace | null }): ReactNode {
  const words = useStudioWords();
  const online = useOnline();
  useStudioTitle('title_desktop');
  return (
    <nav className="app__side" aria-label={words.projects}>
      <p className="app__name">
        <Logo />
        {words.app}
      </p>
      {workspace === null ? null : (
        <>
          <ul className="app__projects">
            {workspace.projects.map((project) => (
              <li key={project.id}>
                <button
                  type="button"
                  className="app__project"
                  aria-current={workspace.live?.id === project.id}
                  disabled={!online && workspace.live?.id !== project.id}
                  onClick={() => workspace.open(project.id)}
                >
                  <span>{titleOf(project, words)}</span>
                </button>
              </li>
            ))}
          </ul>
          <button
            type="button"
            className="app__project"
            disabled={!online}
            onClick={() => void workspace.create()}
          >
            <Icon name="plus" />
            <span>{words.new_project}</span>
          </button>
          <Install />
        </>
      )}
    </nav>
  );
}

interface InstallPrompt extends Event {
  prompt(): Promise<unknown>;
}

/** Only where the browser offers it. */
function Install(): ReactNode {
  const words = useStudioWords();
  const [prompt, setPrompt] = useState<InstallPrompt | null>(null);
  useEffect(() => {
    const offered = (event: Event): void => {
      event.preventDefault();
      setPrompt(event as InstallPrompt);
    };
    window.addEventListener('beforeinstallprompt', offered);
    return () => window.removeEventListener('beforeinstallprompt', offered);
  }, []);
  if (prompt === null) return null;
  return (
    <button
      type="button"
      className="dd-button app__install"
      data-size="small"
      onClick={() => void prompt.prompt().then(() => setPrompt(null))}
    >
      <Icon name="download" />
      {words.install}
    </button>
  );
}

/** Opened without a connection: the last project, to write in. No balance, no price, nothing that would run. */
function WithoutConnection(): ReactNode {
  const words = useStudioWords();
  const kept = useMemo(readKept, []);
  useEffect(() => {
    // With a session everything is there again.
    const back = (): void => location.reload();
    // Not every browser says that it is online again, and a server may have been away while the network was not.
    const look = (): void => void isReachable().then((reachable) => reachable && back());
    const timer = setInterval(look, LOOK_MS);
    window.addEventListener('online', back);
    return () => {
      clearInterval(timer);
      window.removeEventListener('online', back);
    };
  }, []);
  return (
    <>
      <Sidebar workspace={null} />
      <main className="app__main" id="main">
        <h1 className="dd-visually-hidden">{words.app}</h1>
        <OfflineNote text={words.offline_text} />
        {kept === null ? <p className="dd-empty">{words.offline_nothing}</p> : <KeptProject kept={kept} />}
      </main>
    </>
  );
}

const LOOK_MS = 3_000;

async function isReachable(): Promise<boolean> {
  try {
    return (await fetch('/healthz', { cache: 'no-store' })).ok;
  } catch {
    return false;
  }
}

const NOBODY = new StudioApi({
  account: '',
  teams: [],
  surface: SURFACE,
  isDemonstration: false,
  token: () => Promise.reject(new Error('There is no connection')),
  fetch: () => Promise.reject(new Error('There is no connection')),
  onEnd: () => () => undefined,
});

function KeptProject({ kept }: { kept: Kept }): ReactNode {
  const words = useStudioWords();
  const live = useMemo(() => new LiveProject(NOBODY, kept.view.project.id, kept), [kept]);
  const { view, unsaved } = useProjectState(live);
  useEffect(() => keep(live), [live]);
  if (view === null) return null;
  const bench: Bench = {
    api: NOBODY,
    live,
    view,
    unsaved,
    words,
    online: false,
    keeps: true,
    tool: 'script',
    setTool: () => undefined,
  };
  return (
    <BenchProvider bench={bench}>
      <div className="st">
        <EditorHead />
        <ScriptBrief />
        <ScriptStage />
        <p className="st-closed-button">{words.offline_button}</p>
      </div>
    </BenchProvider>
  );
}
