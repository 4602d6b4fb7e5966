/** Painting by distance: a shape is how far a point is from its edge, a brush lays a colour where that is negative. */
import { type Colour, lay, type Picture } from '../picture.ts';

/** Below 0 inside, in the unit of the coordinates. */
export type Shape = (x: number, y: number) => number;
export type Paint = (x: number, y: number) => Colour;

/** A picture whose height is 1 and whose width is `aspect`, whatever its pixels. */
export interface Canvas {
  readonly picture: Picture;
  /** Lays the shape's colour with smooth edges; `soft` is how wide they are, one pixel by default. */
  fill(shape: Shape, paint: Paint, options?: { soft?: number; opacity?: number }): void;
}

/** A tile whose middle is far from the shape has nothing of it, and most tiles are. */
const TILE = 16;
/** Our distances are not exact where a line is steep: so many sides of a tile count as near. */
const REACH = 2;

interface Tile {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

function forTiles({ width, height }: Picture, visit: (tile: Tile) => void): void {
  for (let top = 0; top < height; top += TILE) {
    for (let left = 0; left < width; left += TILE) {
      visit({ left, right: Math.min(width, left + TILE), top, bottom: Math.min(height, top + TILE) });
    }
  }
}

export function canvasOn(picture: Picture): Canvas {
  const unit = picture.height;
  return {
    picture,
    fill: (shape, paint, { soft = 1 / unit, opacity = 1 } = {}) => {
      forTiles(picture, (tile) => {
        const middle = shape((tile.left + TILE / 2) / unit, (tile.top + TILE / 2) / unit);
        if (middle > (TILE * REACH) / unit + soft) return;
        for (let row = tile.top; row < tile.bottom; row++) {
          for (let column = tile.left; column < tile.right; column++) {
            const x = (column + 0.5) / unit;
            const y = (row + 0.5) / unit;
            const cover = Math.min(1, Math.max(0, 0.5 - shape(x, y) / soft)) * opacity;
            if (cover > 0) lay(picture, row * picture.width + column, { colour: paint(x, y), cover });
          }
        }
      });
    },
  };
}

export const everywhere: Shape = () => Number.NEGATIVE_INFINITY;

export interface Place {
  readonly x: number;
  readonly y: number;
}

export function ellipse({ x, y }: Place, { rx, ry }: { rx: number; ry: number }): Shape {
  return (px, py) => (Math.hypot((px - x) / rx, (py - y) / ry) - 1) * Math.min(rx, ry);
}

/** A line with round ends. */
export function capsule(from: Place, to: Place, radius: number): Shape {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const square = dx * dx + dy * dy || 1;
  return (x, y) => {
    const at = Math.min(1, Math.max(0, ((x - from.x) * dx + (y - from.y) * dy) / square));
    return Math.hypot(x - from.x - at * dx, y - from.y - at * dy) - radius;
  };
}

/** Corners in order, either way round. */
export function polygon(corners: readonly Place[]): Shape {
  return (x, y) => {
    let square = Number.POSITIVE_INFINITY;
    let inside = false;
    corners.forEach((from, index) => {
      const to = corners[(index + 1) % corners.length] as Place;
      const [dx, dy] = [to.x - from.x, to.y - from.y];
      const at = Math.min(1, Math.max(0, ((x - from.x) * dx + (y - from.y) * dy) / (dx * dx + dy * dy)));
      square = Math.min(square, (x - from.x - at * dx) ** 2 + (y - from.y - at * dy) ** 2);
      if (from.y > y !== to.y > y && x < from.x + ((y - from.y) * dx) / dy) inside = !inside;
    });
    return inside ? -Math.sqrt(square) : Math.sqrt(square);
  };
}

export function union(...shapes: readonly Shape[]): Shape {
  return (x, y) => {
    let least = Number.POSITIVE_INFINITY;
    for (const shape of shapes) least = Math.min(least, shape(x, y));
    return least;
  };
}

export function within(shape: Shape, other: Shape): Shape {
  return (x, y) => Math.max(shape(x, y), other(x, y));
}

export function outside(shape: Shape, hole: Shape): Shape {
  return (x, y) => Math.max(shape(x, y), -hole(x, y));
}

/** Everything below a line that may go up and down. */
export function below(line: (x: number) => number): Shape {
  return (x, y) => line(x) - y;
}

/** Smooth noise between 0 and 1 in four octaves; the same everywhere and always. */
export function clouds(x: number, y: number): number {
  let sum = 0;
  let weight = 0.5;
  for (let octave = 0; octave < 4; octave++) {
    sum += weight * valueNoise(x * 2 ** octave, y * 2 ** octave);
    weight /= 2;
  }
  return sum / 0.9375;
}

function valueNoise(x: number, y: number): number {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const ease = (at: number): number => at * at * (3 - 2 * at);
  const [u, v] = [ease(x - left), ease(y - top)];
  const above = lattice(left, top) * (1 - u) + lattice(left + 1, top) * u;
  const under = lattice(left, top + 1) * (1 - u) + lattice(left + 1, top + 1) * u;
  return above * (1 - v) + under * v;
}

function lattice(x: number, y: number): number {
  let mixed = Math.imul(x, 0x27d4eb2d) ^ Math.imul(y, 0x165667b1);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d);
  return ((mixed ^ (mixed >>> 13)) >>> 0) / 4_294_967_296;
}
