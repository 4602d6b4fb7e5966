/**
 * Smart cutout: the subject inside of a rectangle, with a soft alpha, after GrabCut (Rother, Kolmogorov and Blake).
 * Colours inside and outside are learned, the cheapest border between them is cut, and both are learned again from what
 * came out. Pure arithmetic on bytes: the same file runs in a worker of the server and on a phone.
 */
import { type Picture, shrink } from '../picture.ts';
import { learnColours } from './colours.ts';
import { applyMask } from './matte.ts';
import { DIRECTIONS, type Grid, minCut } from './min-cut.ts';

/** In pixels of the picture. */
export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What a person painted over to say that it belongs, or does not: points with a radius, in pixels of the picture. */
export interface Stroke {
  readonly keep: boolean;
  readonly radius: number;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface CutoutOptions {
  readonly rectangle: Rectangle;
  readonly strokes?: readonly Stroke[];
  /** Told how far it is, 0 to 1. */
  readonly onProgress?: (share: number) => void;
}

/** Nothing can be told apart: everything, or nothing, is the subject. */
export class NoSubject extends Error {
  override readonly name = 'NoSubject';
}

/** The cut is made at this size, since its time grows faster than the picture; the edges are refined at the full one. */
const LONGEST = 320;
const ROUNDS = 4;
/** What a border through one flat colour costs: GrabCut's own figure. */
const SMOOTHNESS = 50;
/** Dearer than any border: what was painted stays. */
const CERTAIN = 1e6;

const BACKGROUND = 0;
const SUBJECT = 1;
const MAYBE = 2;

/** The picture with everything but the subject transparent. Throws `NoSubject`, or a RangeError for a rectangle outside. */
export function cutOut(picture: Picture, { rectangle, strokes = [], onProgress }: CutoutOptions): Picture {
  requireInside(picture, rectangle);
  const small = shrink(picture, LONGEST);
  const known = knowledge(small, { rectangle, strokes, scale: small.width / picture.width });
  const neighbours = neighbourCosts(small);
  let side: Uint8Array = known.map((one) => (one === BACKGROUND ? 0 : 1));
  for (let round = 0; round < ROUNDS; round++) {
    side = cutOnce(small, { known, neighbours, side });
    onProgress?.((round + 1) / (ROUNDS + 1));
  }
  const out = applyMask(picture, { width: small.width, height: small.height, data: side });
  onProgress?.(1);
  return out;
}

function requireInside({ width, height }: Picture, rectangle: Rectangle): void {
  const { x, y } = rectangle;
  const isWhole = [x, y, rectangle.width, rectangle.height].every(Number.isFinite);
  const isInside = x >= 0 && y >= 0 && x + rectangle.width <= width && y + rectangle.height <= height;
  if (!isWhole || !isInside || rectangle.width < 1 || rectangle.height < 1) {
    throw new RangeError(`The rectangle must lie inside of ${width} × ${height} pixels`);
  }
}

/** What is certain before anything is cut: outside of the rectangle is background, and strokes say the rest. */
function knowledge(
  { width, height }: Picture,
  { rectangle, strokes, scale }: { rectangle: Rectangle; strokes: readonly Stroke[]; scale: number },
): Uint8Array {
  const known = new Uint8Array(width * height);
  const right = (rectangle.x + rectangle.width) * scale;
  const bottom = (rectangle.y + rectangle.height) * scale;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const isInside =
        x + 0.5 >= rectangle.x * scale &&
        x + 0.5 <= right &&
        y + 0.5 >= rectangle.y * scale &&
        y + 0.5 <= bottom;
      known[y * width + x] = isInside ? MAYBE : BACKGROUND;
    }
  }
  for (const { keep, radius, points } of strokes) {
    for (const [x, y] of points) {
      const dot = { x: x * scale, y: y * scale, radius: Math.max(0.8, radius * scale) };
      paint(known, { width, height }, { ...dot, value: keep ? SUBJECT : BACKGROUND });
    }
  }
  return known;
}

function paint(
  known: Uint8Array,
  { width, height }: { width: number; height: number },
  { x, y, radius, value }: { x: number; y: number; radius: number; value: number },
): void {
  for (let row = Math.max(0, Math.floor(y - radius)); row <= Math.min(height - 1, y + radius); row++) {
    for (
      let column = Math.max(0, Math.floor(x - radius));
      column <= Math.min(width - 1, x + radius);
      column++
    ) {
      if ((column + 0.5 - x) ** 2 + (row + 0.5 - y) ** 2 <= radius * radius)
        known[row * width + column] = value;
    }
  }
}

function cutOnce(
  picture: Picture,
  { known, neighbours, side }: { known: Uint8Array; neighbours: Float32Array; side: Uint8Array },
): Uint8Array {
  const inside: number[] = [];
  const outside: number[] = [];
  for (let pixel = 0; pixel < side.length; pixel++) (side[pixel] === 1 ? inside : outside).push(pixel);
  if (inside.length === 0 || outside.length === 0) {
    throw new NoSubject('Nothing in the rectangle differs from what is around it');
  }
  const subject = learnColours(picture, inside);
  const background = learnColours(picture, outside);
  const terminal = new Float32Array(known.length);
  for (let pixel = 0; pixel < known.length; pixel++) {
    const certain = known[pixel];
    terminal[pixel] =
      certain === MAYBE
        ? background.cost(pixel) - subject.cost(pixel)
        : certain === SUBJECT
          ? CERTAIN
          : -CERTAIN;
  }
  const { width, height } = picture;
  const grid: Grid = { width, height, terminal, between: neighbours.slice() };
  return minCut(grid);
}

/** Dear where two neighbours look alike, cheap where there is an edge; what counts as an edge the picture itself says. */
function neighbourCosts({ width, height, data }: Picture): Float32Array {
  const difference = (one: number, other: number): number => {
    let sum = 0;
    for (let channel = 0; channel < 3; channel++) {
      sum += ((data[one * 4 + channel] as number) - (data[other * 4 + channel] as number)) ** 2;
    }
    return sum;
  };
  const costs = new Float32Array(width * height * 8);
  let total = 0;
  let pairs = 0;
  forPairs({ width, height }, (one, other) => {
    total += difference(one, other);
    pairs += 1;
  });
  const contrast = total === 0 ? 0 : pairs / (2 * total);
  forPairs({ width, height }, (one, other, direction) => {
    const [x, y] = DIRECTIONS[direction] as readonly [number, number];
    const length = Math.hypot(x, y);
    costs[one * 8 + direction] = (SMOOTHNESS * Math.exp(-contrast * difference(one, other))) / length;
  });
  return costs;
}

function forPairs(
  { width, height }: { width: number; height: number },
  visit: (one: number, other: number, direction: number) => void,
): void {
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      DIRECTIONS.forEach(([dx, dy], direction) => {
        const nx = x + dx;
        const ny = y + dy;
        if (nx >= 0 && ny >= 0 && nx < width && ny < height) visit(y * width + x, ny * width + nx, direction);
      });
    }
  }
}
