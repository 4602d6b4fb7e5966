import { Icon } from '@drawdown/client/react';
import type { ReactNode } from 'react';
import { useOnline, useStudioWords } from './bench.tsx';
import { titleOf, type Workspace } from './workspace.tsx';

export function ProjectPicker({ workspace }: { workspace: Workspace }): ReactNode {
  const words = useStudioWords();
  const online = useOnline();
  const { projects, live, open, create } = workspace;
  return (
    <div className="st-projects">
      {projects.length > 1 && live !== null ? (
        <select
          className="dd-select"
          aria-label={words.project}
          value={live.id}
          disabled={!online}
          onChange={({ target }) => open(target.value)}
        >
          {projects.map((project) => (
            <option key={project.id} value={project.id}>
              {titleOf(project, words)}
            </option>
          ))}
        </select>
      ) : null}
      <button
        type="button"
        className="dd-button"
        data-size="small"
        disabled={!online}
        onClick={() => void create()}
      >
        <Icon name="plus" />
        {words.new_project}
      </button>
    </div>
  );
}
