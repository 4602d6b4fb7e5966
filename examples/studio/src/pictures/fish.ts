/** An orange fish in clear water. */
import { type Colour, mix } from '../picture.ts';
import {
  type Canvas,
  capsule,
  clouds,
  ellipse,
  everywhere,
  outside,
  polygon,
  type Shape,
  union,
  within,
} from './brush.ts';

const X = 0.72;
const Y = 0.5;
const ORANGE: Colour = [250, 128, 28];
const DEEP: Colour = [206, 66, 20];

export function paintFish(canvas: Canvas): void {
  water(canvas);
  weeds(canvas);
  fins(canvas);
  body(canvas);
  bubbles(canvas);
}

function water({ fill }: Canvas): void {
  fill(everywhere, (x, y) => {
    const base = mix([92, 206, 214], [6, 52, 96], y * 1.05);
    const ray =
      Math.max(0, Math.sin((x - y * 0.42) * 17 + clouds(x * 2, 1) * 5)) ** 3 * Math.max(0, 0.75 - y);
    return mix(base, [210, 248, 240], ray * 0.55);
  });
  fill(
    (x, y) => 0.9 + 0.03 * clouds(x * 5, 2) - y,
    (x, y) => mix([206, 186, 140], [120, 118, 104], clouds(x * 26, y * 40)),
    { soft: 0.012 },
  );
}

function weeds({ fill }: Canvas): void {
  for (const [root, height, lean] of [
    [0.1, 0.44, 0.06],
    [0.17, 0.34, -0.04],
    [0.24, 0.25, 0.03],
    [1.3, 0.5, -0.07],
    [1.38, 0.36, 0.04],
    [1.44, 0.28, -0.02],
  ] as const) {
    const blade: Shape = (x, y) => {
      const up = (0.93 - y) / height;
      const past = Math.max(-up, up - 1) * height;
      const middle = root + lean * up * up + 0.014 * Math.sin(up * 9 + root * 30);
      return Math.max(past, Math.abs(x - middle) - 0.017 * Math.max(0, 1 - up) ** 0.7);
    };
    fill(blade, (_, y) => mix([126, 190, 92], [16, 92, 74], (y - 0.4) / 0.5));
  }
}

const rays = (x: number, y: number, from: { x: number; y: number }): Colour => {
  const turn = Math.atan2(y - from.y, x - from.x);
  return mix(ORANGE, DEEP, 0.35 + 0.45 * Math.sin(turn * 46));
};

function fins({ fill }: Canvas): void {
  const root = { x: X + 0.2, y: Y };
  const tail = outside(
    polygon([
      { x: X + 0.2, y: Y },
      { x: X + 0.44, y: Y - 0.2 },
      { x: X + 0.4, y: Y },
      { x: X + 0.44, y: Y + 0.2 },
    ]),
    ellipse({ x: X + 0.47, y: Y }, { rx: 0.07, ry: 0.1 }),
  );
  fill(tail, (x, y) => rays(x, y, root));
  const back = polygon([
    { x: X - 0.12, y: Y - 0.14 },
    { x: X - 0.02, y: Y - 0.29 },
    { x: X + 0.15, y: Y - 0.2 },
    { x: X + 0.17, y: Y - 0.08 },
  ]);
  fill(back, (x, y) => rays(x, y, { x: X, y: Y }));
  const belly = polygon([
    { x: X - 0.02, y: Y + 0.14 },
    { x: X + 0.07, y: Y + 0.27 },
    { x: X + 0.13, y: Y + 0.11 },
  ]);
  fill(belly, (x, y) => rays(x, y, { x: X, y: Y }));
}

function body({ fill }: Canvas): void {
  const shape = union(
    ellipse({ x: X, y: Y }, { rx: 0.265, ry: 0.165 }),
    polygon([
      { x: X + 0.14, y: Y - 0.12 },
      { x: X + 0.26, y: Y - 0.035 },
      { x: X + 0.26, y: Y + 0.035 },
      { x: X + 0.14, y: Y + 0.12 },
    ]),
  );
  fill(shape, (x, y) => {
    const scale = Math.sin((x - y) * 130) * Math.sin((x + y) * 130);
    const base = mix(mix([255, 190, 70], ORANGE, (y - Y + 0.15) / 0.16), DEEP, (y - Y - 0.02) / 0.16);
    return mix(base, [255, 220, 130], x > X - 0.13 && scale > 0.25 ? 0.28 : 0);
  });
  for (const [at, width] of [
    [X - 0.115, 0.03],
    [X + 0.075, 0.036],
  ] as const) {
    const band: Shape = (x, y) => Math.abs(x - at - 0.018 * Math.cos((y - Y) * 10)) - width;
    fill(
      within(shape, (x, y) => band(x, y) - 0.008),
      () => [70, 26, 10],
    );
    fill(within(shape, band), (_, y) => mix([255, 252, 244], [226, 208, 190], (y - Y + 0.1) / 0.25));
  }
  const eye = { x: X - 0.19, y: Y - 0.035 };
  fill(ellipse(eye, { rx: 0.027, ry: 0.027 }), () => [255, 246, 226]);
  fill(ellipse(eye, { rx: 0.017, ry: 0.017 }), () => [24, 18, 20]);
  fill(ellipse({ x: eye.x - 0.006, y: eye.y - 0.007 }, { rx: 0.005, ry: 0.005 }), () => [255, 255, 255]);
  fill(capsule({ x: X - 0.262, y: Y + 0.032 }, { x: X - 0.226, y: Y + 0.044 }, 0.004), () => [110, 32, 12]);
  const fin = polygon([
    { x: X - 0.05, y: Y + 0.025 },
    { x: X + 0.05, y: Y - 0.005 },
    { x: X + 0.03, y: Y + 0.09 },
  ]);
  fill(fin, (x, y) => rays(x, y, { x: X - 0.05, y: Y + 0.03 }));
}

function bubbles({ fill }: Canvas): void {
  for (const [x, y, r] of [
    [0.36, 0.4, 0.02],
    [0.33, 0.3, 0.013],
    [0.38, 0.21, 0.017],
    [0.35, 0.12, 0.009],
  ] as const) {
    const round = ellipse({ x, y }, { rx: r, ry: r });
    fill(outside(round, ellipse({ x, y }, { rx: r * 0.8, ry: r * 0.8 })), () => [224, 250, 250], {
      opacity: 0.8,
    });
    fill(ellipse({ x: x - r * 0.35, y: y - r * 0.35 }, { rx: r * 0.2, ry: r * 0.2 }), () => [255, 255, 255]);
  }
}
