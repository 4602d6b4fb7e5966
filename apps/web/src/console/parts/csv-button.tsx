/** What is shown, as a table for a spreadsheet. */
import { Icon, saveFile } from '@drawdown/client/react';
import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useConsole } from '../console-context.ts';
import { useRefusal } from '../refusal.ts';

export function CsvButton({ name, read }: { name: string; read(): Promise<string> }): ReactNode {
  const { t } = useConsole();
  const refusal = useRefusal();
  const save = useMutation({
    mutationFn: read,
    onSuccess: (text) => saveFile(name, text),
  });
  return (
    <span className="csv">
      <button
        type="button"
        className="dd-button"
        aria-busy={save.isPending}
        disabled={save.isPending}
        onClick={() => save.mutate()}
      >
        <Icon name="download" />
        {t('finance.csv')}
      </button>
      {save.error === null ? null : (
        <span className="csv__error" role="alert">
          {refusal(save.error)}
        </span>
      )}
    </span>
  );
}
