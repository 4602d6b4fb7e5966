/** Reads what pages send: each function answers a value of its type, or throws a 400 that names the field. */
import type { Rectangle } from '../cutout/cutout.ts';
import { exportFault } from '../export/export.ts';
import { PICTURES } from '../pictures/pictures.ts';
import { TONES } from '../script/material.ts';
import { LENGTHS, type Script } from '../script/script.ts';
import type { Brief, JobRequest, JobSettings, ProjectChange, Tool } from '../wire.ts';
import { invalid } from './refusal.ts';

const MAX_TITLE = 80;
const MAX_PROMPT = 500;
const MAX_LINE = 600;
const MAX_SCENES = 20;
const TOOLS: readonly Tool[] = ['script', 'cutout', 'export'];

type Fields = Readonly<Record<string, unknown>>;

function fields(value: unknown, name: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw invalid(`${name} must be an object`);
}

function text(value: unknown, { name, most }: { name: string; most: number }): string {
  if (typeof value === 'string' && value.length <= most) return value;
  throw invalid(`${name} must be a text of at most ${most} characters`);
}

function oneOf<T extends string | number>(value: unknown, name: string, all: readonly T[]): T {
  const found = all.find((one) => one === value);
  if (found !== undefined) return found;
  throw invalid(`${name} must be one of ${all.join(', ')}`);
}

function number(value: unknown, name: string): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw invalid(`${name} must be a number`);
}

const pictureOf = (value: unknown): string =>
  oneOf(
    value,
    'picture',
    PICTURES.map(({ id }) => id),
  );

function briefOf(value: unknown): Brief {
  const { prompt, tone, seconds } = fields(value, 'brief');
  return {
    prompt: text(prompt, { name: 'prompt', most: MAX_PROMPT }),
    tone: oneOf(tone, 'tone', TONES),
    seconds: oneOf(seconds, 'seconds', LENGTHS),
  };
}

function scriptOf(value: unknown): Script {
  const { title, scenes } = fields(value, 'script');
  if (!Array.isArray(scenes) || scenes.length > MAX_SCENES) {
    throw invalid(`scenes must be a list of at most ${MAX_SCENES}`);
  }
  return {
    title: text(title, { name: 'script.title', most: 200 }),
    scenes: scenes.map((scene: unknown) => {
      const { at, seconds, shot, voice } = fields(scene, 'scene');
      return {
        at: number(at, 'at'),
        seconds: number(seconds, 'seconds'),
        shot: text(shot, { name: 'shot', most: MAX_LINE }),
        voice: text(voice, { name: 'voice', most: MAX_LINE }),
      };
    }),
  };
}

export function projectChangeOf(body: unknown): ProjectChange {
  const { title, picture, brief, script } = fields(body, 'body');
  return {
    ...(title === undefined ? {} : { title: text(title, { name: 'title', most: MAX_TITLE }) }),
    ...(picture === undefined ? {} : { picture: pictureOf(picture) }),
    ...(brief === undefined ? {} : { brief: briefOf(brief) }),
    ...(script === undefined ? {} : { script: script === null ? null : scriptOf(script) }),
  };
}

function rectangleOf(value: unknown): Rectangle {
  const { x, y, width, height } = fields(value, 'rectangle');
  return {
    x: number(x, 'x'),
    y: number(y, 'y'),
    width: number(width, 'width'),
    height: number(height, 'height'),
  };
}

function settingsOf(value: unknown): JobSettings {
  const given = fields(value, 'settings');
  const tool = oneOf(given.tool, 'tool', TOOLS);
  if (tool === 'script') {
    const brief = briefOf(given);
    if (!/[\p{L}\p{N}]/u.test(brief.prompt)) throw invalid('prompt says nothing to write about');
    return { tool, ...brief };
  }
  if (tool === 'cutout') {
    return { tool, picture: pictureOf(given.picture), rectangle: rectangleOf(given.rectangle) };
  }
  const wish = {
    template: text(given.template, { name: 'template', most: 40 }),
    format: oneOf(given.format, 'format', ['png', 'gif'] as const),
    resolution: text(given.resolution, { name: 'resolution', most: 10 }),
    seconds: number(given.seconds, 'seconds'),
  };
  const fault = exportFault(wish);
  if (fault !== null) throw invalid(fault);
  return { tool, ...wish };
}

export function jobRequestOf(body: unknown): JobRequest {
  const { settings, hold, click } = fields(body, 'body');
  const read = settingsOf(settings);
  if (hold !== undefined) return { settings: read, hold: text(hold, { name: 'hold', most: 100 }) };
  return { settings: read, click: text(click, { name: 'click', most: 100 }) };
}

export function deviceCutoutOf(body: unknown): { picture: string; png: Uint8Array } {
  const { picture, png } = fields(body, 'body');
  if (typeof png !== 'string') throw invalid('png must be a PNG file in Base64');
  return { picture: pictureOf(picture), png: Buffer.from(png, 'base64') };
}

export function failNextOf(body: unknown): boolean {
  const { fail_next } = fields(body, 'body');
  if (typeof fail_next === 'boolean') return fail_next;
  throw invalid('fail_next must be true or false');
}

export function toolOf(body: unknown): Tool {
  return oneOf(fields(body, 'body').tool, 'tool', TOOLS);
}

export function codeOf(body: unknown): string {
  return text(fields(body, 'body').code, { name: 'code', most: 100 });
}
