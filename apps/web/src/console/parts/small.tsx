/** Small things that are said on every page. */
import { ClassMark, Icon } from '@drawdown/client/react';
import { type ReactNode, useState } from 'react';
import { useConsole } from '../console-context.ts';

/** In a table's cell; on a phone, where each cell is a line, the line is left out. */
export function Nothing(): ReactNode {
  return <span className="nothing">–</span>;
}

/** An instant, here; in UTC to who points at it. */
export function At({ at }: { at: string | null }): ReactNode {
  const { format } = useConsole();
  if (at === null) return <Nothing />;
  return (
    <time dateTime={at} title={format.utc(at)}>
      {format.dateTime(at)}
    </time>
  );
}

export type Tone = 'good' | 'bad' | 'warning' | 'plain';

/** A state in a word, with a shape of its own beside its colour. */
export function State({ tone, children }: { tone: Tone; children: ReactNode }): ReactNode {
  return (
    <span className="state" data-tone={tone}>
      <span className="state__dot" aria-hidden="true" />
      {children}
    </span>
  );
}

/** A class by its mark and its name. */
export function ClassName({ id }: { id: string }): ReactNode {
  const { names } = useConsole();
  const shown = names.class(id);
  return (
    <span className="dd-with-mark">
      <ClassMark of={shown} />
      {shown.short}
    </span>
  );
}

/** Credits that came or went: the sign is a character and a colour. */
export function Signed({ amount }: { amount: number }): ReactNode {
  const { format } = useConsole();
  return (
    <span className="signed" data-sign={Math.sign(amount)}>
      {format.signed(amount)}
    </span>
  );
}

/** An id that one wants to have elsewhere. */
export function Copyable({ text }: { text: string }): ReactNode {
  const { t } = useConsole();
  const [copied, setCopied] = useState(false);
  const copy = (): void => {
    navigator.clipboard.writeText(text).then(
      () => setCopied(true),
      () => setCopied(false),
    );
  };
  return (
    <span className="copyable">
      <code>{text}</code>
      <button type="button" className="dd-icon-button copyable__button" onClick={copy} title={t('copy')}>
        <Icon name={copied ? 'check' : 'copy'} />
        <span className="dd-visually-hidden" role="status">
          {copied ? t('copied') : t('copy')}
        </span>
      </button>
    </span>
  );
}

/** What only programs read otherwise, as it is. */
export function Json({ value }: { value: object }): ReactNode {
  return <pre className="json">{JSON.stringify(value, null, 2)}</pre>;
}

/** Names and values in a row. */
export function Figures({ items }: { items: readonly (readonly [string, ReactNode])[] }): ReactNode {
  return (
    <dl className="figures">
      {items.map(([name, value]) => (
        <div key={name} className="figures__item">
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
