/** The script: asked for with a few words, written by the studio, changed by hand. */
import { formatScript } from '@drawdown/studio/script';
import type { Brief, JobSettings } from '@drawdown/studio/wire';
import { type ReactNode, useId } from 'react';
import { useBench } from './bench.tsx';
import { Segmented } from './controls.tsx';
import { keepFile } from './pixels.ts';
import { RunButton } from './spend.tsx';
import { filled } from './words.ts';

const TONES = ['friendly', 'dramatic', 'funny', 'factual'] as const;
const LENGTHS = ['15', '30', '60'] as const;

export function ScriptStage(): ReactNode {
  const { view, live, words } = useBench();
  const { script } = view.project;
  const isWriting = view.jobs.some(
    ({ state, settings }) => state === 'running' && settings.tool === 'script',
  );
  if (script === null || isWriting) {
    return (
      <div className="st-paper" data-empty="true" aria-busy={isWriting}>
        {isWriting ? (
          <WritingLines />
        ) : (
          <div className="st-empty">
            <h2>{words.script_empty}</h2>
            <p>{words.script_empty_text}</p>
          </div>
        )}
      </div>
    );
  }
  const write = (index: number, voice: string): void => {
    const scenes = script.scenes.map((scene, at) => (at === index ? { ...scene, voice } : scene));
    live.change({ script: { ...script, scenes } });
  };
  return (
    <article className="st-paper">
      <header className="st-paper__head">
        <h2 className="st-paper__title">{script.title}</h2>
        <button
          type="button"
          className="dd-button"
          data-size="small"
          onClick={() =>
            keepFile('script.txt', new Blob([`${formatScript(script)}\n`], { type: 'text/plain' }))
          }
        >
          {words.copy_script}
        </button>
      </header>
      <ol className="st-scenes">
        {script.scenes.map((scene, index) => (
          <li key={scene.at} className="st-scene">
            <span className="st-scene__at">{clock(scene.at)}</span>
            <span className="st-scene__shot" lang="en">
              {scene.shot}
            </span>
            <textarea
              className="st-scene__voice"
              lang="en"
              rows={2}
              maxLength={600}
              aria-label={filled(words.script_line, { at: clock(scene.at) })}
              value={scene.voice}
              onChange={({ target }) => write(index, target.value)}
            />
          </li>
        ))}
      </ol>
    </article>
  );
}

function WritingLines(): ReactNode {
  const { words } = useBench();
  return (
    <div className="st-writing" role="status">
      <span className="dd-visually-hidden">{words.job_running}</span>
      {['86%', '64%', '92%', '71%'].map((width) => (
        <span key={width} className="dd-skeleton" style={{ inlineSize: width }} />
      ))}
    </div>
  );
}

export function ScriptPanel(): ReactNode {
  const { view, words } = useBench();
  const { brief, script } = view.project;
  const settings: JobSettings = { tool: 'script', ...brief };
  return (
    <>
      <ScriptBrief />
      <RunButton settings={settings} disabled={!/[\p{L}\p{N}]/u.test(brief.prompt)}>
        {script === null ? words.write : words.write_again}
      </RunButton>
      <p className="st-hint">{words.script_english}</p>
    </>
  );
}

/** What the script is to be about; it can be written without a connection too. */
export function ScriptBrief(): ReactNode {
  const { view, live, words } = useBench();
  const { brief } = view.project;
  const promptId = useId();
  const set = (change: Partial<Brief>): void => live.change({ brief: { ...brief, ...change } });
  return (
    <>
      <div className="st-field">
        <label className="st-label" htmlFor={promptId}>
          {words.prompt}
        </label>
        <textarea
          id={promptId}
          className="st-input"
          rows={3}
          maxLength={500}
          placeholder={words.prompt_hint}
          value={brief.prompt}
          onChange={({ target }) => set({ prompt: target.value })}
        />
      </div>
      <Segmented
        label={words.tone}
        value={brief.tone}
        choices={TONES.map((value) => ({ value, label: words[`tone_${value}`] }))}
        onChange={(tone) => set({ tone })}
      />
      <Segmented
        label={words.length}
        value={String(brief.seconds) as (typeof LENGTHS)[number]}
        choices={LENGTHS.map((value) => ({ value, label: filled(words.seconds, { count: value }) }))}
        onChange={(seconds) => set({ seconds: Number(seconds) })}
      />
    </>
  );
}

function clock(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
