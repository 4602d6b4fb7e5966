import { type ReactNode, useEffect } from 'react';
import { useConsole } from '../console-context.ts';

/**
 * The top of a page: where it is, what it is called, and what can be done there. `name` is what the window is called;
 * `title`, where the heading says more than that.
 */
export function Head({
  name,
  title = name,
  trail,
  lead,
  children,
}: {
  name: string;
  title?: ReactNode;
  trail?: ReactNode;
  lead?: ReactNode;
  children?: ReactNode;
}): ReactNode {
  const { t } = useConsole();
  useEffect(() => {
    document.title = t('window', { name });
  }, [t, name]);
  return (
    <header className="head">
      <div className="head__words">
        {trail === undefined ? null : <p className="head__trail">{trail}</p>}
        <h1 className="head__title">{title}</h1>
        {lead === undefined ? null : <p className="head__lead">{lead}</p>}
      </div>
      {children === undefined ? null : <div className="head__tools">{children}</div>}
    </header>
  );
}

/** A part of a page under a heading of its own. */
export function Panel({
  title,
  tools,
  children,
}: {
  title: string;
  tools?: ReactNode;
  children: ReactNode;
}): ReactNode {
  return (
    <section className="panel" aria-label={title}>
      <header className="panel__head">
        <h2 className="panel__title">{title}</h2>
        {tools}
      </header>
      {children}
    </section>
  );
}
