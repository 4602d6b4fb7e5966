/**
 * The local script generator: no model and no network, but a small grammar with material for four tones. It arranges
 * what the person said into a story that fits the length; it knows nothing about the subject and claims nothing.
 */
import { type Random, randomOf } from '../random.ts';
import { MATERIAL, type Material, SHOTS, type Tone } from './material.ts';
import { readTopic, type Topic } from './topic.ts';

export const LENGTHS = [15, 30, 60] as const;

export interface ScriptWish {
  readonly prompt: string;
  readonly tone: Tone;
  /** How long the video is, in seconds: one of `LENGTHS`. */
  readonly seconds: number;
  /** The same wish with the same seed gives the same script. */
  readonly seed: string;
}

export interface ScriptScene {
  /** Seconds from the start. */
  readonly at: number;
  readonly seconds: number;
  readonly shot: string;
  readonly voice: string;
}

export interface Script {
  readonly title: string;
  readonly scenes: readonly ScriptScene[];
}

/** How many scenes tell a story of that length: one takes five to eight seconds to say and to see. */
const SCENES: Readonly<Record<number, number>> = { 15: 3, 30: 5, 60: 8 };
/** A calm voice: words a second. */
const PACE = 2.4;

/** Writes the script. Throws a RangeError for a length that is not offered or a prompt that says nothing. */
export function writeScript({ prompt, tone, seconds, seed }: ScriptWish): Script {
  const count = SCENES[seconds];
  if (count === undefined) throw new RangeError(`The length must be one of ${LENGTHS.join(', ')} seconds`);
  const topic = readTopic(prompt);
  const random = randomOf([seed, tone, seconds, prompt].join('\0'));
  const parts = outline(topic, count);
  const lines = linesFor(parts, { material: MATERIAL[tone], topic, random });
  return { title: titleOf(topic), scenes: timed(lines, seconds) };
}

/** The script as one reads it. */
export function formatScript({ title, scenes }: Script): string {
  const clock = (at: number): string => `${Math.floor(at / 60)}:${String(at % 60).padStart(2, '0')}`;
  const blocks = scenes.map(
    ({ at, seconds, shot, voice }) => `${clock(at)}–${clock(at + seconds)}  [${shot}]\n${voice}`,
  );
  return [title, ...blocks].join('\n\n');
}

type Part = { of: keyof Material; point?: string };

/** Hook and close always; what the person named next; then what the story needs to breathe. */
function outline({ points }: Topic, count: number): Part[] {
  const room = count - 2;
  const named = points.slice(0, room).map((point): Part => ({ of: 'point', point }));
  const middle: Part[] = [...named];
  if (middle.length < room) middle.unshift({ of: 'setting' });
  if (middle.length < room) middle.push({ of: 'turn' });
  while (middle.length < room) middle.splice(middle.length - 1, 0, { of: 'beat' });
  return [{ of: 'hook' }, ...middle, { of: 'close' }];
}

interface Means {
  readonly material: Material;
  readonly topic: Topic;
  readonly random: Random;
}

function linesFor(
  parts: readonly Part[],
  { material, topic, random }: Means,
): { shot: string; voice: string }[] {
  const used = new Set<string>();
  /** Nothing is said twice while there is anything else to say. */
  const fresh = (from: readonly string[]): string => {
    const left = from.filter((one) => !used.has(one));
    const picked = random.pick(left.length === 0 ? from : left);
    used.add(picked);
    return picked;
  };
  return parts.map(({ of, point = '' }) => {
    const lines = of === 'point' ? material.point : material[of][topic.kind];
    return { shot: fresh(SHOTS[of]), voice: filled(fresh(lines), { topic: topic.name, point }) };
  });
}

function filled(line: string, { topic, point }: { topic: string; point: string }): string {
  return line
    .replaceAll('{topic}', () => topic)
    .replaceAll('{Topic}', () => capital(topic))
    .replaceAll('{point}', () => point)
    .replaceAll('{Point}', () => capital(point));
}

function capital(text: string): string {
  const [first = ''] = text;
  return first.toUpperCase() + text.slice(first.length);
}

function titleOf({ kind, name }: Topic): string {
  return kind === 'how_to' ? `How to ${name}` : capital(name.replace(/^(an?|the) /i, ''));
}

/** Whole seconds by how long each line takes to say; together they are exactly the length. */
function timed(lines: readonly { shot: string; voice: string }[], seconds: number): ScriptScene[] {
  const weights = lines.map(({ voice }) => Math.max(2, voice.split(' ').length / PACE));
  const total = weights.reduce((sum, one) => sum + one, 0);
  let passed = 0;
  let at = 0;
  return lines.map((line, index) => {
    passed += weights[index] as number;
    const end =
      index === lines.length - 1 ? seconds : Math.max(at + 1, Math.round((passed / total) * seconds));
    const scene = { at, seconds: end - at, ...line };
    at = end;
    return scene;
  });
}
