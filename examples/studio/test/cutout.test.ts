import { describe, expect, it } from 'vitest';
import { cutOut, NoSubject } from '../src/cutout/cutout.ts';
import { DIRECTIONS, minCut } from '../src/cutout/min-cut.ts';
import { blankPicture, type Colour, lay, type Picture, shrink } from '../src/picture.ts';
import { canvasOn, ellipse, everywhere } from '../src/pictures/brush.ts';
import { PICTURES, paintPicture } from '../src/pictures/pictures.ts';
import { randomOf } from '../src/random.ts';

describe('the minimum cut', () => {
  /** Every way of parting a small grid, and the cheapest of them. */
  function cheapest({ width, height, terminal, between }: Parameters<typeof minCut>[0]): number {
    let least = Number.POSITIVE_INFINITY;
    for (let sides = 0; sides < 2 ** (width * height); sides++) {
      least = Math.min(
        least,
        costOf((pixel) => (sides >> pixel) & 1, { width, height, terminal, between }),
      );
    }
    return least;
  }

  function costOf(
    side: (pixel: number) => number | undefined,
    { width, height, terminal, between }: Parameters<typeof minCut>[0],
  ): number {
    let cost = 0;
    for (let pixel = 0; pixel < width * height; pixel++) {
      const capacity = terminal[pixel] as number;
      if (side(pixel) === 1) cost += Math.max(0, -capacity);
      else cost += Math.max(0, capacity);
      if (side(pixel) !== 1) continue;
      DIRECTIONS.forEach(([x, y], direction) => {
        const [nx, ny] = [(pixel % width) + x, Math.floor(pixel / width) + y];
        if (nx < 0 || ny < 0 || nx >= width || ny >= height) return;
        if (side(ny * width + nx) !== 1) cost += between[pixel * 8 + direction] as number;
      });
    }
    return cost;
  }

  it('costs what the cheapest of all partings costs, on 300 grids by chance', () => {
    const random = randomOf('grids');
    for (let turn = 0; turn < 300; turn++) {
      const [width, height] = random.pick([
        [3, 3],
        [4, 3],
        [2, 4],
        [1, 5],
        [5, 2],
      ] as const);
      const terminal = Float32Array.from(
        { length: width * height },
        () => Math.floor(random.next() * 21) - 10,
      );
      const between = new Float32Array(width * height * 8);
      for (let pixel = 0; pixel < width * height; pixel++) {
        DIRECTIONS.forEach(([x, y], direction) => {
          const [nx, ny] = [(pixel % width) + x, Math.floor(pixel / width) + y];
          if (nx < 0 || ny < 0 || nx >= width || ny >= height) return;
          between[pixel * 8 + direction] = Math.floor(random.next() * 8);
        });
      }
      const grid = { width, height, terminal, between };
      const wanted = cheapest(grid);
      const side = minCut({ width, height, terminal: terminal.slice(), between: between.slice() });
      expect(
        costOf((pixel) => side[pixel], grid),
        `grid ${turn}`,
      ).toBe(wanted);
    }
  });
});

/** A disc before a ground, both with some noise. */
function disc({ colour, ground }: { colour: Colour; ground: Colour }): Picture {
  const picture = blankPicture(180, 120);
  const canvas = canvasOn(picture);
  canvas.fill(everywhere, () => ground);
  canvas.fill(ellipse({ x: 0.75, y: 0.5 }, { rx: 0.3, ry: 0.3 }), () => colour);
  const random = randomOf('noise');
  for (let at = 0; at < picture.data.length; at++) {
    if (at % 4 !== 3) picture.data[at] = (picture.data[at] as number) + (random.next() - 0.5) * 24;
  }
  return picture;
}

const AROUND = { x: 40, y: 12, width: 100, height: 96 };

describe('a cutout', () => {
  const alphaAt = ({ width, data }: Picture, x: number, y: number) => data[(y * width + x) * 4 + 3] as number;

  it('keeps the subject, drops the rest, and is soft between', () => {
    const cut = cutOut(disc({ colour: [220, 60, 40], ground: [60, 120, 200] }), { rectangle: AROUND });
    let wrong = 0;
    for (let y = 0; y < 120; y++) {
      for (let x = 0; x < 180; x++) {
        const far = Math.hypot(x + 0.5 - 90, y + 0.5 - 60);
        if (Math.abs(far - 36) < 3) continue;
        if (alphaAt(cut, x, y) !== (far < 36 ? 255 : 0)) wrong += 1;
      }
    }
    expect(wrong).toBeLessThan(20);
  });

  it('paints over say what belongs', () => {
    const picture = disc({ colour: [220, 60, 40], ground: [60, 120, 200] });
    const strokes = [{ keep: false, radius: 5, points: [[90, 60]] as const }];
    const cut = cutOut(picture, { rectangle: AROUND, strokes });
    expect(alphaAt(cut, 90, 60)).toBe(0);
    expect(alphaAt(cut, 70, 60)).toBe(255);
  });

  it('reports how far it is, up to the end', () => {
    const shares: number[] = [];
    cutOut(disc({ colour: [220, 60, 40], ground: [60, 120, 200] }), {
      rectangle: AROUND,
      onProgress: (share) => shares.push(share),
    });
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares.at(-1)).toBe(1);
  });

  it('refuses a rectangle outside, and one that leaves nothing to compare with', () => {
    const picture = disc({ colour: [220, 60, 40], ground: [60, 120, 200] });
    expect(() => cutOut(picture, { rectangle: { ...AROUND, x: 100 } })).toThrow(RangeError);
    expect(() => cutOut(picture, { rectangle: { ...AROUND, width: Number.NaN } })).toThrow(RangeError);
    const all = { x: 0, y: 0, width: 180, height: 120 };
    expect(() => cutOut(picture, { rectangle: all })).toThrow(NoSubject);
  });

  it.each(PICTURES.map(({ id, subject }) => ({ id, subject })))(
    'of the shipped $id has its subject in it, and nothing outside of the rectangle',
    ({ id, subject }) => {
      const picture = shrink(paintPicture(id) as Picture, 320);
      const rectangle = {
        x: subject.x * picture.width,
        y: subject.y * picture.height,
        width: subject.width * picture.width,
        height: subject.height * picture.height,
      };
      const cut = cutOut(picture, { rectangle });
      let inside = 0;
      for (let pixel = 0; pixel < cut.width * cut.height; pixel++) {
        if ((cut.data[pixel * 4 + 3] as number) > 127) inside += 1;
      }
      const share = inside / (rectangle.width * rectangle.height);
      expect(share).toBeGreaterThan(0.3);
      expect(share).toBeLessThan(0.85);
      const middle = alphaAt(
        cut,
        Math.round(rectangle.x + rectangle.width / 2),
        Math.round(rectangle.y + rectangle.height * 0.45),
      );
      expect(middle).toBe(255);
      expect(alphaAt(cut, 2, 2)).toBe(0);
    },
  );
});

it('a colour is laid over another by how much it covers', () => {
  const picture = blankPicture(1, 1);
  lay(picture, 0, { colour: [200, 100, 0], cover: 1 });
  lay(picture, 0, { colour: [0, 100, 200], cover: 0.5 });
  expect([...picture.data]).toEqual([100, 100, 100, 255]);
});
