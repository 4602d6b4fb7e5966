/** What every tool has at hand: the project, how it is changed, what is there to say, and whether the server can be reached. */
import { useDrawdown } from '@drawdown/client/react';
import type { ProjectView, Tool } from '@drawdown/studio/wire';
import {
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useMemo,
  useState,
  useSyncExternalStore,
} from 'react';
import type { PageSession } from '../shell/session.ts';
import { useFrame } from '../shell/shell.tsx';
import { StudioApi } from './api.ts';
import type { LiveProject } from './live-project.ts';
import { type StudioWords, studioWords } from './words.ts';

export interface Bench {
  readonly api: StudioApi;
  readonly live: LiveProject;
  readonly view: ProjectView;
  readonly unsaved: boolean;
  readonly words: StudioWords;
  readonly online: boolean;
  /** Whether this device keeps what is not saved yet. */
  readonly keeps: boolean;
  readonly tool: Tool;
  setTool(tool: Tool): void;
}

const Context = createContext<Bench | null>(null);

export function useBench(): Bench {
  const bench = useContext(Context);
  if (bench === null) throw new Error('This needs a <BenchProvider> above it');
  return bench;
}

export function useStudioWords(): StudioWords {
  return studioWords(useFrame().language);
}

/** The page is called what it is in the language that it speaks. */
export function useStudioTitle(name: 'title_desktop' | 'title_mobile' | 'title_surfaces'): void {
  const title = useStudioWords()[name];
  useEffect(() => {
    document.title = title;
  }, [title]);
}

export function useStudioApi(session: PageSession): StudioApi {
  return useMemo(() => new StudioApi(session), [session]);
}

/**
 * Follows a project by the ledgers of its person and of their teams: whatever surface something happens on, and whoever
 * pays for it, it is an entry there.
 */
export function useLiveProject(live: LiveProject): LiveProject {
  const { live: account } = useDrawdown();
  useEffect(() => {
    live.reload();
    const stopLooking = account.subscribe(() => undefined);
    const stopHearing = account.onEntry(live.heard);
    const stopHearingOthers = account.onOther(live.heard);
    return () => {
      stopLooking();
      stopHearing();
      stopHearingOthers();
      live.close();
    };
  }, [live, account]);
  useEffect(() => {
    const back = (): void => {
      if (document.visibilityState === 'visible') live.reload();
      else void live.save();
    };
    document.addEventListener('visibilitychange', back);
    window.addEventListener('online', back);
    return () => {
      document.removeEventListener('visibilitychange', back);
      window.removeEventListener('online', back);
    };
  }, [live]);
  return live;
}

export function useProjectState(live: LiveProject) {
  return useSyncExternalStore(live.subscribe, () => live.state);
}

/** Whether the device has a network at all; whether the server answers is seen by asking it. */
export function useOnline(): boolean {
  const [online, setOnline] = useState(navigator.onLine);
  useEffect(() => {
    const look = (): void => setOnline(navigator.onLine);
    window.addEventListener('online', look);
    window.addEventListener('offline', look);
    return () => {
      window.removeEventListener('online', look);
      window.removeEventListener('offline', look);
    };
  }, []);
  return online;
}

export function BenchProvider({ bench, children }: { bench: Bench; children: ReactNode }): ReactNode {
  return <Context value={bench}>{children}</Context>;
}
