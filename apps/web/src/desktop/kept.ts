/** What the desktop app keeps of the last project, so that one can go on writing without a connection. */
import type { ProjectChange, ProjectView } from '@drawdown/studio/wire';
import type { LiveProject } from '../studio/live-project.ts';

export interface Kept {
  readonly view: ProjectView;
  /** What was typed and not saved yet. */
  readonly unsaved: ProjectChange;
}

const KEY = 'drawdown.studio.kept';

export function readKept(): Kept | null {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? 'null') as Kept | null;
    return typeof kept?.view?.project?.id === 'string' ? kept : null;
  } catch {
    return null;
  }
}

/** Keeps the project as it is from now on; the answered function ends that. */
export function keep(live: LiveProject): () => void {
  const write = (): void => {
    const { view } = live.state;
    if (view === null) return;
    try {
      localStorage.setItem(KEY, JSON.stringify({ view, unsaved: live.unsaved } satisfies Kept));
    } catch {
      // A full or closed storage: then it lasts as long as the window.
    }
  };
  write();
  return live.subscribe(write);
}
