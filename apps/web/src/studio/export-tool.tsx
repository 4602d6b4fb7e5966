/** The export: a template, a size, a file. */
import { type Scene, TEMPLATES } from '@drawdown/studio/templates';
import type { JobSettings } from '@drawdown/studio/wire';
import {
  createContext,
  type ReactNode,
  useContext,
  useDeferredValue,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { useBench } from './bench.tsx';
import { Meter, Segmented } from './controls.tsx';
import { type Pixels, shippedPixels, show } from './pixels.ts';
import { RunButton } from './spend.tsx';
import { useCutout } from './use-cutout.ts';
import { filled } from './words.ts';

type TemplateId = 'plain' | 'postcard' | 'duotone' | 'spotlight';
type ExportSettings = Extract<JobSettings, { tool: 'export' }>;

interface ExportState {
  readonly settings: ExportSettings;
  set(change: Partial<ExportSettings>): void;
  /** Null while its pictures are on their way. */
  readonly scene: Scene | null;
}

const Context = createContext<ExportState | null>(null);

function useExportState(): ExportState {
  const state = useContext(Context);
  if (state === null) throw new Error('This needs an <ExportTool> above it');
  return state;
}

/** What stage and panel share. Settings are in the address: whoever comes back from paying finds them. */
export function ExportTool({ children }: { children: ReactNode }): ReactNode {
  const [settings, setSettings] = useState<ExportSettings>(settingsOfAddress);
  const scene = useScene();
  const set = (change: Partial<ExportSettings>): void => {
    const next = possible({ ...settings, ...change });
    setSettings(next);
    keepInAddress(next);
  };
  return <Context value={{ settings, set, scene }}>{children}</Context>;
}

const NAMES = ['template', 'format', 'resolution', 'seconds'] as const;
const PRESET: ExportSettings = {
  tool: 'export',
  template: 'plain',
  format: 'png',
  resolution: '1080p',
  seconds: 3,
};

function settingsOfAddress(): ExportSettings {
  const given = new URLSearchParams(location.search);
  const { template, format, resolution, seconds } = Object.fromEntries(given);
  return possible({
    ...PRESET,
    ...(TEMPLATES.some(({ id }) => id === template) ? { template: template as string } : {}),
    ...(format === 'gif' ? { format } : {}),
    ...(['720p', '1080p', '4k'].includes(resolution ?? '') ? { resolution: resolution as string } : {}),
    ...(LENGTHS.some((one) => one === seconds) ? { seconds: Number(seconds) } : {}),
  });
}

/** A hundred pictures of that size would take minutes. */
function possible(settings: ExportSettings): ExportSettings {
  const isTooMuch = settings.format === 'gif' && settings.resolution === '4k';
  return isTooMuch ? { ...settings, resolution: '1080p' } : settings;
}

function keepInAddress(settings: ExportSettings): void {
  const here = new URL(location.href);
  for (const name of NAMES) here.searchParams.set(name, String(settings[name]));
  history.replaceState(history.state, '', here);
}

function useScene(): Scene | null {
  const { view } = useBench();
  const { picture: id, title } = view.project;
  const cutout = useCutout();
  const [loaded, setLoaded] = useState<{ id: string; pixels: Pixels } | null>(null);
  useEffect(() => {
    let left = false;
    shippedPixels(id).then(
      (pixels) => !left && setLoaded({ id, pixels }),
      () => undefined,
    );
    return () => {
      left = true;
    };
  }, [id]);
  return useMemo(
    () => (loaded?.id === id ? { picture: loaded.pixels, cutout: cutout?.pixels ?? null, title } : null),
    [loaded, id, cutout, title],
  );
}

export function ExportStage(): ReactNode {
  const { view, words } = useBench();
  const { settings, scene } = useExportState();
  const job = view.jobs.find(({ state, settings: of }) => state === 'running' && of.tool === 'export');
  const lacks = settings.template === 'spotlight' && scene !== null && scene.cutout === null;
  return (
    <div className="st-picture">
      <div className="st-frame" data-shown="export" aria-busy={job !== undefined}>
        {lacks ? (
          <div className="st-empty">
            <p>{words.needs_cutout}</p>
          </div>
        ) : (
          <Preview template={settings.template} scene={scene} size={LARGE} label={words.preview} />
        )}
        {job === undefined ? null : (
          <div className="st-frame__busy">
            <span aria-hidden="true">{words.exporting} …</span>
            <Meter share={job.progress} label={words.exporting} />
          </div>
        )}
      </div>
    </div>
  );
}

const LARGE = { width: 960, height: 540 };
const SMALL = { width: 160, height: 90 };

/** Drawn here by the program that draws the file, at the size of the screen. */
function Preview({
  template,
  scene: now,
  size,
  label,
}: {
  template: string;
  scene: Scene | null;
  size: { width: number; height: number };
  label?: string;
}): ReactNode {
  const canvas = useRef<HTMLCanvasElement>(null);
  const scene = useDeferredValue(now);
  useEffect(() => {
    const { frames } = TEMPLATES.find(({ id }) => id === template) ?? {};
    if (canvas.current !== null && scene !== null && frames !== undefined) {
      show(canvas.current, frames(scene, size)(0.5));
    }
  }, [template, scene, size]);
  return (
    <canvas
      ref={canvas}
      className="st-preview"
      width={size.width}
      height={size.height}
      {...(label === undefined ? { 'aria-hidden': true } : { role: 'img', 'aria-label': label })}
    />
  );
}

const RESOLUTIONS = ['720p', '1080p', '4k'] as const;
const LENGTHS = ['3', '6', '10', '15'] as const;

export function ExportPanel(): ReactNode {
  const { words } = useBench();
  const { settings, set, scene } = useExportState();
  const lacks = settings.template === 'spotlight' && scene?.cutout === null;
  return (
    <>
      <fieldset className="st-field">
        <legend className="st-label">{words.template}</legend>
        <div className="st-templates">
          {TEMPLATES.map(({ id, feature, needsCutout }) => (
            <label key={id} className="st-template">
              <input
                type="radio"
                name="template"
                checked={id === settings.template}
                onChange={() => set({ template: id })}
              />
              {needsCutout && (scene === null || scene.cutout === null) ? (
                <span className="st-preview st-preview--none" />
              ) : (
                <Preview template={id} scene={scene} size={SMALL} />
              )}
              <span className="st-template__name">{words[`template_${id as TemplateId}`]}</span>
              <span className="st-template__kind">{words[KINDS[feature ?? 'free']]}</span>
            </label>
          ))}
        </div>
      </fieldset>
      <Segmented
        label={words.format}
        value={settings.format}
        choices={[
          { value: 'png', label: words.format_png },
          { value: 'gif', label: words.format_gif },
        ]}
        onChange={(format) => set({ format })}
      />
      <Segmented
        label={words.resolution}
        value={settings.resolution as (typeof RESOLUTIONS)[number]}
        choices={RESOLUTIONS.filter((one) => settings.format === 'png' || one !== '4k').map((value) => ({
          value,
          label: value,
        }))}
        onChange={(resolution) => set({ resolution })}
      />
      {settings.format === 'gif' ? (
        <Segmented
          label={words.length}
          value={String(settings.seconds) as (typeof LENGTHS)[number]}
          choices={LENGTHS.map((value) => ({ value, label: filled(words.seconds, { count: value }) }))}
          onChange={(seconds) => set({ seconds: Number(seconds) })}
        />
      ) : null}
      <RunButton
        settings={settings}
        disabled={lacks}
        onUnits={({ resolution, seconds }) =>
          set({
            ...(resolution === undefined ? {} : { resolution: String(resolution) }),
            ...(seconds === undefined || settings.format === 'png' ? {} : { seconds: Number(seconds) }),
          })
        }
      >
        {settings.template === 'plain' ? words.export_free : words.export}
      </RunButton>
    </>
  );
}

const KINDS = {
  free: 'template_free',
  advanced_template_export: 'template_advanced',
  premium_template_export: 'template_premium',
} as const;
