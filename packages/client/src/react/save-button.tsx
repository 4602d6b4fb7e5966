import { type ReactNode, useState } from 'react';
import { failureText } from './failure.tsx';
import { Icon } from './icon.tsx';
import { useDrawdown } from './provider.tsx';
import { saveFile } from './save-file.ts';

export interface File {
  readonly name: string;
  readonly text: string;
}

/** Fetches a table for a spreadsheet and has the browser save it. */
export function SaveButton({ load }: { load(): Promise<File> }): ReactNode {
  const { t } = useDrawdown();
  const [state, setState] = useState<{ pending: boolean; error: unknown }>({ pending: false, error: null });
  const save = async (): Promise<void> => {
    setState({ pending: true, error: null });
    try {
      const { name, text } = await load();
      saveFile(name, text);
      setState({ pending: false, error: null });
    } catch (error) {
      setState({ pending: false, error });
    }
  };
  return (
    <>
      <button
        type="button"
        className="dd-button"
        data-size="small"
        aria-busy={state.pending}
        disabled={state.pending}
        onClick={() => void save()}
      >
        <Icon name="download" />
        {t('history.csv')}
      </button>
      {state.error === null ? null : <span role="alert">{failureText(state.error, t)}</span>}
    </>
  );
}
