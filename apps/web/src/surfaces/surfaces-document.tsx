/** One account as the web, a desktop and a phone see it, each signed in by itself, side by side. */
import type { ReactNode } from 'react';
import { useEffect, useState } from 'react';
import { Shell } from '../shell/shell.tsx';
import { useStudioTitle, useStudioWords } from '../studio/bench.tsx';
import { filled } from '../studio/words.ts';
import './surfaces.css';

export function SurfacesDocument(): ReactNode {
  return (
    <Shell kind="wide">
      <Content />
    </Shell>
  );
}

const FRAMES = [
  { id: 'web', path: '/studio', of: ['web'] },
  { id: 'desktop', path: '/desktop', of: ['desktop_macos', 'desktop_windows'] },
  { id: 'mobile', path: '/mobile', of: ['ios', 'android'] },
] as const;

type FrameId = (typeof FRAMES)[number]['id'];

interface Change {
  readonly seq: number;
  /** How long it took to each screen, in milliseconds. */
  readonly after: Partial<Record<FrameId, number>>;
}

function Content(): ReactNode {
  const words = useStudioWords();
  const change = useLastChange();
  useStudioTitle('title_surfaces');
  return (
    <div className="surfaces">
      <header className="shell__head">
        <h1 className="shell__title">{words.surfaces_title}</h1>
        <p className="surfaces__lead">{words.surfaces_lead}</p>
      </header>
      <div className="surfaces__row">
        {FRAMES.map(({ id, path }) => {
          const address = `${path}${location.search}`;
          return (
            <section key={id} className="surface" data-surface={id} aria-labelledby={`surface-${id}`}>
              <header className="surface__head">
                <h2 className="surface__name" id={`surface-${id}`}>
                  {words[`surface_${id}`]}
                </h2>
                <a className="surface__alone" href={address}>
                  {words.surface_alone}
                </a>
                <p className="surface__note">{words[`surface_note_${id}`]}</p>
              </header>
              <div className="surface__device">
                <p className="surface__chrome" aria-hidden="true">
                  <span>{id === 'web' ? `${location.host}${path}` : words.app}</span>
                </p>
                {/* Named, so that the phone's link finds the web. */}
                <iframe className="surface__frame" name={id} src={address} title={words[`surface_${id}`]} />
              </div>
            </section>
          );
        })}
      </div>
      <Seen change={change} />
    </div>
  );
}

/** The three frames tell what they have shown, and how long it took from the ledger to there. */
function useLastChange(): Change | null {
  const [change, setChange] = useState<Change | null>(null);
  useEffect(() => {
    const hear = ({ origin, data }: MessageEvent): void => {
      if (origin !== location.origin || data?.drawdown !== 'seen') return;
      const frame = FRAMES.find(({ of }) => of.some((one) => one === data.surface));
      const { seq, delay } = data as { seq: number; delay: number };
      if (frame === undefined) return;
      setChange((before) => {
        if (before !== null && seq < before.seq) return before;
        const after = before?.seq === seq ? before.after : {};
        return { seq, after: { ...after, [frame.id]: delay } };
      });
    };
    window.addEventListener('message', hear);
    return () => window.removeEventListener('message', hear);
  }, []);
  return change;
}

function Seen({ change }: { change: Change | null }): ReactNode {
  const words = useStudioWords();
  return (
    <section className="seen" aria-labelledby="seen-title">
      <h2 className="seen__title" id="seen-title">
        {words.seen_title}
      </h2>
      {change === null ? (
        <p className="dd-muted">{words.seen_none}</p>
      ) : (
        <>
          <p className="dd-muted">{words.seen_text}</p>
          <dl className="seen__list" data-seq={change.seq}>
            {FRAMES.map(({ id }) => {
              const ms = change.after[id];
              return (
                <div key={id} className="seen__item" data-surface={id}>
                  <dt>{words[`surface_${id}`]}</dt>
                  <dd>
                    {ms === undefined ? words.seen_waiting : filled(words.seen_after, { ms: Math.round(ms) })}
                  </dd>
                </div>
              );
            })}
          </dl>
        </>
      )}
    </section>
  );
}
