/** The cutout: a frame around the subject, and the subject without what is around it. */
import type { Rectangle } from '@drawdown/studio/cutout';
import { PICTURES } from '@drawdown/studio/pictures';
import type { JobSettings } from '@drawdown/studio/wire';
import {
  createContext,
  type KeyboardEvent,
  type PointerEvent,
  type ReactNode,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { useBench } from './bench.tsx';
import { Meter, Segmented } from './controls.tsx';
import { cutOutHere, HEIGHT, pictureUrl, pngOf, shippedPixels, WIDTH } from './pixels.ts';
import { RunButton } from './spend.tsx';
import { type Cutout, useCutout } from './use-cutout.ts';
import { filled } from './words.ts';

type PictureId = 'balloon' | 'lighthouse' | 'fish';

interface CutoutState {
  readonly rectangle: Rectangle;
  setRectangle(rectangle: Rectangle): void;
  readonly shown: 'picture' | 'cutout';
  setShown(shown: 'picture' | 'cutout'): void;
  readonly cutout: Cutout | null;
  /** Of the cutout that this device makes; null: it makes none. */
  readonly progress: number | null;
  setProgress(share: number | null): void;
}

const Context = createContext<CutoutState | null>(null);

function useCutoutState(): CutoutState {
  const state = useContext(Context);
  if (state === null) throw new Error('This needs a <CutoutTool> above it');
  return state;
}

/** What stage and panel share. */
export function CutoutTool({ children }: { children: ReactNode }): ReactNode {
  const { view } = useBench();
  const { picture } = view.project;
  const [chosen, setChosen] = useState<{ picture: string; rectangle: Rectangle } | null>(null);
  const [shown, setShown] = useState<'picture' | 'cutout'>('picture');
  const [progress, setProgress] = useState<number | null>(null);
  const cutout = useCutout();
  const at = view.project.cutout?.at;
  // What has just been cut out is what one wants to see.
  useEffect(() => setShown(at === undefined ? 'picture' : 'cutout'), [at]);
  const rectangle = chosen?.picture === picture ? chosen.rectangle : subjectOf(picture);
  const value = useMemo(
    () => ({
      rectangle,
      setRectangle: (next: Rectangle) => setChosen({ picture, rectangle: next }),
      shown: cutout === null ? ('picture' as const) : shown,
      setShown,
      cutout,
      progress,
      setProgress,
    }),
    [rectangle, picture, shown, cutout, progress],
  );
  return <Context value={value}>{children}</Context>;
}

export function CutoutStage(): ReactNode {
  const { view, words } = useBench();
  const { picture } = view.project;
  const { rectangle, setRectangle, shown, setShown, cutout, progress } = useCutoutState();
  const job = view.jobs.find(({ state, settings }) => state === 'running' && settings.tool === 'cutout');
  const share = progress ?? job?.progress ?? null;
  const name = words[`picture_${picture as PictureId}`];
  return (
    <div className="st-picture">
      <div className="st-frame" data-shown={shown} aria-busy={share !== null}>
        {shown === 'cutout' && cutout !== null ? (
          <img className="st-frame__image" src={cutout.url} alt={`${words.show_cutout}: ${name}`} />
        ) : (
          <>
            <img
              className="st-frame__image"
              src={pictureUrl(picture)}
              alt={name}
              width={WIDTH}
              height={HEIGHT}
            />
            <Selection rectangle={rectangle} onChange={setRectangle} label={words.selection} />
          </>
        )}
        {share === null ? null : (
          <div className="st-frame__busy">
            <span aria-hidden="true">{words.cutting} …</span>
            <Meter share={share} label={words.cutting} />
          </div>
        )}
      </div>
      <div className="st-picture__foot">
        {cutout === null ? (
          <p className="st-hint">{words.cut_hint}</p>
        ) : (
          <Segmented
            label={words.picture}
            value={shown}
            choices={[
              { value: 'picture', label: words.show_picture },
              { value: 'cutout', label: words.show_cutout },
            ]}
            onChange={setShown}
          />
        )}
        {view.project.cutout?.by === 'device' && cutout !== null ? (
          <p className="st-hint">{words.cutout_by_device}</p>
        ) : null}
      </div>
    </div>
  );
}

export function CutoutPanel(): ReactNode {
  const { api, view, live, words } = useBench();
  const { picture } = view.project;
  const { rectangle, cutout, progress, setProgress } = useCutoutState();
  const [message, setMessage] = useState<{ text: string; tone: 'good' | 'bad' } | null>(null);
  const settings: JobSettings = { tool: 'cutout', picture, rectangle };
  const onDevice = async (): Promise<void> => {
    setMessage(null);
    setProgress(0);
    try {
      const cut = await cutOutHere(await shippedPixels(picture), { rectangle, onProgress: setProgress });
      await api.keepCutout(live.id, { picture, png: await pngOf(cut) });
      live.reload();
      setMessage({ text: words.on_device_done, tone: 'good' });
    } catch (error) {
      const isSubject = error instanceof Error && error.name === 'NoSubject';
      setMessage({ text: isSubject ? words.cutting_failed : words.handoff_other, tone: 'bad' });
    } finally {
      setProgress(null);
    }
  };
  return (
    <>
      <fieldset className="st-field">
        <legend className="st-label">{words.picture}</legend>
        <div className="st-thumbs">
          {PICTURES.map(({ id }) => (
            <label key={id} className="st-thumb">
              <input
                type="radio"
                name="picture"
                checked={id === picture}
                onChange={() => live.change({ picture: id })}
              />
              <img
                src={pictureUrl(id)}
                alt={words[`picture_${id as PictureId}`]}
                width={WIDTH}
                height={HEIGHT}
              />
            </label>
          ))}
        </div>
      </fieldset>
      <RunButton settings={settings} disabled={progress !== null} onDevice={() => void onDevice()}>
        {cutout === null ? words.cut : words.cut_again}
      </RunButton>
      {message === null ? null : (
        <p className="st-message" data-tone={message.tone} role="status">
          {message.text}
        </p>
      )}
    </>
  );
}

/** In whole pixels of the picture. */
function subjectOf(picture: string): Rectangle {
  const { x, y, width, height } = PICTURES.find(({ id }) => id === picture)?.subject ?? WHOLE;
  return {
    x: Math.round(x * WIDTH),
    y: Math.round(y * HEIGHT),
    width: Math.round(width * WIDTH),
    height: Math.round(height * HEIGHT),
  };
}

const WHOLE: Rectangle = { x: 0.1, y: 0.1, width: 0.8, height: 0.8 };
const SMALLEST = 40;
const STEP = 16;

interface SelectionProps {
  rectangle: Rectangle;
  onChange(rectangle: Rectangle): void;
  label: string;
}

/** Drawn anew by dragging anywhere; moved and resized by keys. */
function Selection({ rectangle, onChange, label }: SelectionProps): ReactNode {
  const area = useRef<HTMLDivElement>(null);
  const start = useRef<{ x: number; y: number } | null>(null);
  const { words } = useBench();
  const [said, setSaid] = useState('');
  const placeOf = (event: PointerEvent): { x: number; y: number } => {
    const box = area.current?.getBoundingClientRect() ?? new DOMRect(0, 0, 1, 1);
    return {
      x: Math.min(WIDTH, Math.max(0, ((event.clientX - box.x) / box.width) * WIDTH)),
      y: Math.min(HEIGHT, Math.max(0, ((event.clientY - box.y) / box.height) * HEIGHT)),
    };
  };
  const drag = (event: PointerEvent): void => {
    if (start.current === null) return;
    const [from, to] = [start.current, placeOf(event)];
    const next = {
      x: Math.round(Math.min(from.x, to.x)),
      y: Math.round(Math.min(from.y, to.y)),
      width: Math.round(Math.abs(to.x - from.x)),
      height: Math.round(Math.abs(to.y - from.y)),
    };
    if (next.width >= SMALLEST && next.height >= SMALLEST) onChange(next);
  };
  const press = (event: KeyboardEvent): void => {
    const [dx, dy] = ARROWS[event.key] ?? [0, 0];
    if (dx === 0 && dy === 0) return;
    event.preventDefault();
    const next = moved(rectangle, { dx: dx * STEP, dy: dy * STEP, resize: event.shiftKey });
    onChange(next);
    // Whoever cannot see the frame hears where it went.
    setSaid(filled(words.cut_place, { ...next }));
  };
  return (
    <div
      ref={area}
      className="st-select"
      onPointerDown={(event) => {
        start.current = placeOf(event);
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={drag}
      onPointerUp={(event) => {
        drag(event);
        start.current = null;
      }}
    >
      <div
        className="st-select__frame"
        role="application"
        aria-label={label}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the keys need somewhere to go
        tabIndex={0}
        onKeyDown={press}
        // Physical sides: a picture is not mirrored where the text runs from the right.
        style={{
          left: `${(rectangle.x / WIDTH) * 100}%`,
          top: `${(rectangle.y / HEIGHT) * 100}%`,
          width: `${(rectangle.width / WIDTH) * 100}%`,
          height: `${(rectangle.height / HEIGHT) * 100}%`,
        }}
      />
      <p className="dd-visually-hidden" role="status">
        {said}
      </p>
    </div>
  );
}

const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

function moved(
  { x, y, width, height }: Rectangle,
  { dx, dy, resize }: { dx: number; dy: number; resize: boolean },
): Rectangle {
  if (resize) {
    return {
      x,
      y,
      width: Math.min(WIDTH - x, Math.max(SMALLEST, width + dx)),
      height: Math.min(HEIGHT - y, Math.max(SMALLEST, height + dy)),
    };
  }
  return {
    x: Math.min(WIDTH - width, Math.max(0, x + dx)),
    y: Math.min(HEIGHT - height, Math.max(0, y + dy)),
    width,
    height,
  };
}
