/** From a phone to the web: a link and its picture, each for one use by the person who is signed in. */
import { Dialog, Icon, useDrawdown } from '@drawdown/client/react';
import type { Handoff, JobSettings } from '@drawdown/studio/wire';
import { encodeQR } from 'qr';
import { type ReactNode, useEffect, useMemo, useState } from 'react';
import { useBench } from './bench.tsx';
import { filled } from './words.ts';

export function HandoffDialog({
  open,
  settings,
  onClose,
}: {
  open: boolean;
  settings: JobSettings;
  onClose(): void;
}): ReactNode {
  const { api, live, words } = useBench();
  const { format } = useDrawdown();
  const [handoff, setHandoff] = useState<Handoff | null>(null);
  const [failed, setFailed] = useState(false);
  const { tool } = settings;
  useEffect(() => {
    if (!open) return;
    let left = false;
    setHandoff(null);
    setFailed(false);
    // What was typed goes first: it is to be there when the link is opened.
    live
      .save()
      .then(() => api.handoff(live.id, tool))
      .then(
        (made) => !left && setHandoff(made),
        () => !left && setFailed(true),
      );
    return () => {
      left = true;
    };
  }, [open, api, live, tool]);
  const url = handoff === null ? null : withSettings(handoff.url, settings);
  return (
    <Dialog open={open} onClose={onClose} title={words.web_title}>
      <p className="st-handoff__text">{words.web_text}</p>
      {failed ? <p role="alert">{words.handoff_other}</p> : null}
      <div className="st-handoff" aria-busy={url === null && !failed}>
        {url === null ? <div className="st-qr dd-skeleton" /> : <QrCode text={url} label={words.web_qr} />}
        <div className="st-handoff__side">
          {url === null ? null : (
            // The frame of the web surface, where there is one; a tab of that name otherwise.
            <a className="dd-button" data-kind="primary" href={url} target="web" onClick={onClose}>
              {words.web_open}
              <Icon name="external" />
            </a>
          )}
          <p className="dd-muted">{words.web_scan}</p>
          {handoff === null ? null : (
            <p className="dd-muted">{filled(words.web_until, { time: format.time(handoff.expires_at) })}</p>
          )}
        </div>
      </div>
    </Dialog>
  );
}

/**
 * As the tool has them in its address; a script's are the project's own. The account is the browser's own to know: only a
 * demonstration names it in its address.
 */
function withSettings(url: string, settings: JobSettings): string {
  const account = new URLSearchParams(location.search).get('account');
  const to = new URL(url);
  if (account !== null) to.searchParams.set('account', account);
  if (settings.tool === 'export') {
    const { tool: _, ...rest } = settings;
    for (const [name, value] of Object.entries(rest)) to.searchParams.set(name, String(value));
  }
  return to.href;
}

/** Dark on light in both themes: that is what cameras look for. */
function QrCode({ text, label }: { text: string; label: string }): ReactNode {
  const { size, path } = useMemo(() => {
    const rows = encodeQR(text, 'raw', { ecc: 'medium', border: 2 });
    const cells = rows.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : '')));
    return { size: rows.length, path: cells.join('') };
  }, [text]);
  return (
    <svg
      className="st-qr"
      viewBox={`0 0 ${size} ${size}`}
      role="img"
      aria-label={label}
      shapeRendering="crispEdges"
    >
      <path d={path} />
    </svg>
  );
}
