import { type ReactNode, useEffect, useId, useRef } from 'react';

interface SectionProps {
  title: string;
  /** Beside the title. */
  tools?: ReactNode;
  /** Where links of the page lead; of several on one page, they lead to the first. */
  anchor?: string;
  children: ReactNode;
}

/** A part of a page under its title, by which it is called: as many as there are, each by its own. */
export function Section({ title, tools, anchor, children }: SectionProps): ReactNode {
  const titleId = useId();
  const section = useRef<HTMLElement>(null);
  useEffect(() => {
    const here = section.current;
    if (here === null || anchor === undefined || document.getElementById(anchor) !== null) return;
    here.id = anchor;
    return () => here.removeAttribute('id');
  }, [anchor]);
  const heading = (
    <h2 className="dd-section__title" id={titleId}>
      {title}
    </h2>
  );
  return (
    <section ref={section} className="dd-section" aria-labelledby={titleId}>
      {tools === undefined ? (
        heading
      ) : (
        <div className="dd-section__head">
          {heading}
          {tools}
        </div>
      )}
      {children}
    </section>
  );
}
