/** Which project is open, and which tool: in the address, so that it is there again after a way elsewhere. */
import { useDrawdown } from '@drawdown/client/react';
import type { Project, Tool } from '@drawdown/studio/wire';
import { useCallback, useEffect, useState, useSyncExternalStore } from 'react';
import { type StudioApi, StudioRefusal } from './api.ts';
import { useStudioWords } from './bench.tsx';
import { LiveProject } from './live-project.ts';
import { TOOLS } from './tools.ts';
import { filled, type StudioWords } from './words.ts';

export interface Workspace {
  /** Null while it is found out. */
  readonly live: LiveProject | null;
  readonly projects: readonly Project[];
  readonly tool: Tool;
  setTool(tool: Tool): void;
  open(project: string): void;
  create(): Promise<void>;
  /** Deletes the one that is open, for good; the newest of the others is opened, or a new one. Throws what kept it from that. */
  remove(): Promise<void>;
  /** The project whose name has the focus when it is shown: one that was made just now, or opened in another's place. */
  readonly named: string | null;
  /** About how it was opened; null: as always. */
  readonly note: { readonly text: string; readonly tone: 'good' | 'bad' } | null;
  readonly failed: boolean;
  retry(): void;
}

const nothingKept = (): undefined => undefined;
const neverChanges = () => (): void => undefined;
const HANDOFF = /^#handoff=([\w-]{1,100})$/;

/** `keptFor`: what this device has of a project from the last time. */
export function useWorkspace(
  api: StudioApi,
  keptFor: (project: string) => ConstructorParameters<typeof LiveProject>[2] = nothingKept,
): Workspace {
  const words = useStudioWords();
  const [tool, setToolState] = useState<Tool>(toolOfAddress);
  const [projects, setProjects] = useState<readonly Project[]>([]);
  const [live, setLive] = useState<LiveProject | null>(null);
  const [note, setNote] = useState<Workspace['note']>(null);
  const [named, setNamed] = useState<string | null>(null);
  const [failed, setFailed] = useState(false);
  const [turn, setTurn] = useState(0);

  const open = useCallback(
    (project: string): void => {
      keepInAddress({ project });
      setLive((before) =>
        before?.id === project ? before : new LiveProject(api, project, keptFor(project)),
      );
    },
    [api, keptFor],
  );
  const setTool = useCallback((next: Tool): void => {
    keepInAddress({ tool: next });
    setToolState(next);
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a turn asks again
  useEffect(() => {
    let left = false;
    const start = async (): Promise<void> => {
      setFailed(false);
      const all = await api.projects();
      if (left) return;
      setProjects(all);
      const wanted = new URLSearchParams(location.search).get('project');
      open((all.find(({ id }) => id === wanted) ?? all[0])?.id ?? '');
    };
    start().catch(() => !left && setFailed(true));
    return () => {
      left = true;
    };
  }, [api, open, turn]);

  useEffect(() => {
    const look = (): void => {
      const code = HANDOFF.exec(location.hash)?.[1];
      if (code === undefined) return;
      // Taken out of the address at once: it is good once, and a reload would only say so.
      history.replaceState(history.state, '', location.pathname + location.search);
      api.openHandoff(code).then(
        (target) => {
          setTool(target.tool);
          open(target.project);
          setNote({ text: words.handed_over, tone: 'good' });
        },
        (error: unknown) => {
          const status = error instanceof StudioRefusal ? error.status : 0;
          const text =
            status === 410 ? words.handoff_410 : status === 403 ? words.handoff_403 : words.handoff_other;
          setNote({ text, tone: 'bad' });
        },
      );
    };
    look();
    window.addEventListener('hashchange', look);
    return () => window.removeEventListener('hashchange', look);
  }, [api, open, setTool, words]);

  useEffect(() => {
    const here = new URL(location.href);
    if (!here.searchParams.has('purchase')) return;
    here.searchParams.delete('purchase');
    history.replaceState(history.state, '', here);
    setNote({ text: words.bought, tone: 'good' });
  }, [words]);

  const create = useCallback(async (): Promise<void> => {
    try {
      const project = await api.create(words.untitled);
      setProjects(await api.projects());
      setNamed(project.id);
      open(project.id);
    } catch (error) {
      const isFull = error instanceof StudioRefusal && error.code === 'too_many_projects';
      setNote({ text: isFull ? words.too_many_projects : words.not_created, tone: 'bad' });
    }
  }, [api, open, words]);

  const remove = async (): Promise<void> => {
    // Whoever deletes the last one goes on with an empty one, and not with the example of the beginning.
    if (projects.length < 2) await api.create(words.untitled);
    await live?.delete();
  };
  useEffect(() => {
    if (live === null) return;
    let isLeft = false;
    const leave = async (): Promise<void> => {
      const left = await api.projects();
      setProjects(left);
      const [first] = left;
      if (first === undefined) return;
      setNamed(first.id);
      open(first.id);
    };
    return live.subscribe(() => {
      const { gone, view } = live.state;
      if (gone === null || isLeft) return;
      isLeft = true;
      const title = titleOf(view?.project, words);
      setNote(
        gone === 'here'
          ? { text: filled(words.deleted, { title }), tone: 'good' }
          : { text: words.deleted_elsewhere, tone: 'bad' },
      );
      leave().catch(() => setFailed(true));
    });
  }, [live, api, open, words]);

  const title = useSyncExternalStore(live?.subscribe ?? neverChanges, () => live?.state.view?.project.title);
  useEffect(() => {
    if (live === null || title === undefined) return;
    setProjects((all) => all.map((one) => (one.id === live.id ? { ...one, title } : one)));
  }, [live, title]);
  const retry = (): void => setTurn(turn + 1);
  return { live, projects, tool, setTool, open, create, remove, named, note, failed, retry };
}

/** What a project is called, also where somebody has left it no name. */
export function titleOf(project: Pick<Project, 'title'> | undefined, words: StudioWords): string {
  return project?.title.trim() || words.untitled;
}

/** Profile → Credits of whoever is shown here, and of the account that pays. */
export function creditsHref(): string {
  const here = new URLSearchParams(location.search);
  const kept = ['account', 'show'].flatMap((name) => {
    const value = here.get(name);
    return value === null ? [] : [`${name}=${encodeURIComponent(value)}`];
  });
  return kept.length === 0 ? '/credits' : `/credits?${kept.join('&')}`;
}

function toolOfAddress(): Tool {
  const given = new URLSearchParams(location.search).get('tool');
  return TOOLS.find((tool) => tool === given) ?? 'script';
}

function keepInAddress(values: Readonly<Record<string, string>>): void {
  const here = new URL(location.href);
  for (const [name, value] of Object.entries(values)) here.searchParams.set(name, value);
  history.replaceState(history.state, '', here);
}

/** Tells the page around this frame how long a change took from the ledger to this screen. */
export function useSeen(): void {
  const { live, surface } = useDrawdown();
  useEffect(
    () =>
      live.onEntry(({ seq, at }) => {
        if (window.parent === window) return;
        // After the next frame it is on the screen.
        requestAnimationFrame(() =>
          requestAnimationFrame(() => {
            const delay = Math.max(0, live.now() - Date.parse(at));
            window.parent.postMessage({ drawdown: 'seen', surface, seq, delay }, location.origin);
          }),
        );
      }),
    [live, surface],
  );
}
