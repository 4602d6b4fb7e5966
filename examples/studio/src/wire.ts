/** What the studio's server and its pages tell each other, as JSON. Times are RFC 3339 in UTC. */
import type { Draw, Units } from '@drawdown/client';
import type { Rectangle } from './cutout/cutout.ts';
import type { Tone } from './script/material.ts';
import type { Script } from './script/script.ts';

export type Tool = 'script' | 'cutout' | 'export';

/** What the script is asked for. */
export interface Brief {
  readonly prompt: string;
  readonly tone: Tone;
  /** Of the video: 15, 30 or 60. */
  readonly seconds: number;
}

export interface Project {
  readonly id: string;
  readonly title: string;
  /** One of the shipped pictures. */
  readonly picture: string;
  readonly brief: Brief;
  readonly script: Script | null;
  /** Which part of which picture was cut out; `device`: on the person's own device. The pixels are a file of their own. */
  readonly cutout: { readonly picture: string; readonly by: 'studio' | 'device'; readonly at: string } | null;
  readonly created_at: string;
  readonly updated_at: string;
}

export type ProjectChange = Partial<Pick<Project, 'title' | 'picture' | 'brief' | 'script'>>;

/** What a job does. It is the settings that are paid for: the server works out the price from them. */
export type JobSettings =
  | ({ readonly tool: 'script' } & Brief)
  | { readonly tool: 'cutout'; readonly picture: string; readonly rectangle: Rectangle }
  | {
      readonly tool: 'export';
      readonly template: string;
      readonly format: 'png' | 'gif';
      readonly resolution: string;
      /** Of an animation; a picture counts as 1. */
      readonly seconds: number;
    };

/** `hold`: what pays for it, where it costs anything; else `click` tells one wish from the next. Twice the same is one job. */
export type JobRequest = { readonly settings: JobSettings } & (
  | { readonly hold: string }
  | { readonly click: string }
);

/** Why nothing was charged. */
export type JobFailure = 'on_request' | 'interrupted' | 'too_slow' | 'no_subject' | 'broken';

export interface JobReceipt {
  readonly operation: string;
  readonly amount: number;
  readonly draws: readonly Draw[];
  /** What could be spent afterwards. */
  readonly available: number;
}

export interface Job {
  readonly id: string;
  readonly project: string;
  readonly settings: JobSettings;
  readonly state: 'running' | 'done' | 'failed' | 'cancelled';
  /** 0 to 1. */
  readonly progress: number;
  /** Credits that are held for it while it runs; 0 where it is free. */
  readonly held: number;
  /** Null until it was charged, and for ever where nothing was. */
  readonly receipt: JobReceipt | null;
  readonly failure: JobFailure | null;
  readonly file: { readonly name: string; readonly type: string; readonly bytes: number } | null;
  readonly created_at: string;
  readonly ended_at: string | null;
}

export interface ProjectView {
  readonly project: Project;
  /** Newest first. */
  readonly jobs: readonly Job[];
  /** Whether the next job is made to fail. */
  readonly fail_next: boolean;
}

export interface Handoff {
  /** Where the web surface opens the project; good once, for this account. */
  readonly url: string;
  readonly expires_at: string;
}

export interface HandoffTarget {
  readonly project: string;
  readonly tool: Tool;
}

/** What settings are charged as; null: nothing is. The same on the button and on the server. */
export function priceOf(settings: JobSettings): { feature: string; units?: Units } | null {
  if (settings.tool === 'script') return { feature: 'ai_script' };
  if (settings.tool === 'cutout') return { feature: 'smart_cutout' };
  const { template, format, resolution, seconds } = settings;
  if (template === 'plain') return null;
  if (template === 'spotlight') return { feature: 'premium_template_export' };
  const units = { seconds: format === 'png' ? 1 : seconds, resolution };
  return { feature: 'advanced_template_export', units };
}
