/** The editor of one project: its title, its tools side by side, and what ran. The same on every surface, as far as it goes. */
import { OrderStrip } from '@drawdown/client/react';
import { type ReactNode, useEffect, useId, useRef } from 'react';
import type { StudioApi } from './api.ts';
import {
  type Bench,
  BenchProvider,
  useBench,
  useLiveProject,
  useOnline,
  useProjectState,
  useStudioWords,
} from './bench.tsx';
import { Tabs } from './controls.tsx';
import { CutoutPanel, CutoutStage, CutoutTool } from './cutout-tool.tsx';
import { DeleteProject } from './delete-project.tsx';
import { ExportPanel, ExportStage, ExportTool } from './export-tool.tsx';
import { JobList } from './job-list.tsx';
import type { LiveProject } from './live-project.ts';
import { ScriptPanel, ScriptStage } from './script-tool.tsx';
import { TOOLS } from './tools.ts';
import type { Workspace } from './workspace.tsx';

interface EditorProps {
  api: StudioApi;
  live: LiveProject;
  workspace: Workspace;
  /** Whether this surface knows of credits at all. */
  credits: boolean;
  /** Whether this device keeps what is written without a connection; absent: it is there as long as the page is. */
  keeps?: boolean;
  /** Beside the title. */
  aside?: ReactNode;
}

export function Editor({ api, live, workspace, credits, keeps = false, aside }: EditorProps): ReactNode {
  const words = useStudioWords();
  const online = useOnline();
  useLiveProject(live);
  const { view, unsaved, error } = useProjectState(live);
  const { tool, setTool, note, named, remove } = workspace;
  if (view === null) {
    return error === null ? (
      <p className="dd-visually-hidden" role="status">
        {words.loading}
      </p>
    ) : (
      <p className="st-note" role="alert">
        {words.failed_to_load}
      </p>
    );
  }
  const bench: Bench = { api, live, view, unsaved, words, online, keeps, tool, setTool };
  return (
    <BenchProvider bench={bench}>
      <div className="st">
        {note === null ? null : (
          <p className="st-note" data-tone={note.tone} role="status">
            {note.text}
          </p>
        )}
        <EditorHead isNamed={named === live.id}>
          <DeleteProject credits={credits} onDelete={remove} />
          {aside}
        </EditorHead>
        <Workbench />
        <JobList credits={credits} />
        {/* Nobody knows a balance without a connection: none is shown as if it were now. */}
        {credits && online ? (
          <div className="st-order">
            <OrderStrip />
          </div>
        ) : null}
      </div>
    </BenchProvider>
  );
}

/** `isNamed`: what it is called is the first thing to do with it, so the name has the focus. */
export function EditorHead({
  isNamed = false,
  children,
}: {
  isNamed?: boolean;
  children?: ReactNode;
}): ReactNode {
  const { live, view, unsaved, words, online, keeps } = useBench();
  const title = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (!isNamed) return;
    title.current?.focus();
    title.current?.select();
  }, [isNamed]);
  const waits = online ? words.saving : keeps ? words.kept_here : words.not_saved;
  const state = unsaved ? waits : words.saved;
  return (
    <header className="st-head">
      <input
        ref={title}
        className="st-title"
        aria-label={words.title}
        value={view.project.title}
        placeholder={words.untitled}
        maxLength={80}
        onChange={({ target }) => live.change({ title: target.value })}
      />
      <span className="st-head__state" data-unsaved={unsaved}>
        {state}
      </span>
      {children}
    </header>
  );
}

const PARTS = {
  script: {
    around: ({ children }: { children: ReactNode }) => children,
    stage: ScriptStage,
    panel: ScriptPanel,
  },
  cutout: { around: CutoutTool, stage: CutoutStage, panel: CutoutPanel },
  export: { around: ExportTool, stage: ExportStage, panel: ExportPanel },
} as const;

function Workbench(): ReactNode {
  const { tool, setTool, words } = useBench();
  const panelId = useId();
  const { around: Around, stage: Stage, panel: Panel } = PARTS[tool];
  return (
    <div className="st-tool">
      <Tabs
        label={words.tools}
        value={tool}
        tabs={TOOLS.map((value) => ({ value, label: words[`tool_${value}`] }))}
        onChange={setTool}
        panelId={panelId}
      />
      <div
        className="st-desk"
        role="tabpanel"
        id={panelId}
        aria-labelledby={`${panelId}-${tool}`}
        data-tool={tool}
      >
        <Around>
          {/* A script is asked for and then read; a picture is looked at and then worked on. */}
          {tool === 'script' ? null : (
            <div className="st-stage">
              <Stage />
            </div>
          )}
          <div className="st-panel">
            <Panel />
          </div>
          {tool === 'script' ? (
            <div className="st-stage">
              <Stage />
            </div>
          ) : null}
        </Around>
      </div>
    </div>
  );
}
