/** A lighthouse on its rock at noon. */
import { type Colour, mix } from '../picture.ts';
import {
  below,
  type Canvas,
  capsule,
  clouds,
  ellipse,
  everywhere,
  polygon,
  type Shape,
  union,
} from './brush.ts';

const X = 0.78;

export function paintLighthouse(canvas: Canvas): void {
  sea(canvas);
  rock(canvas);
  tower(canvas);
  lantern(canvas);
}

function sea({ fill }: Canvas): void {
  fill(everywhere, (x, y) => {
    const base = mix([66, 142, 206], [196, 226, 240], y / 0.64);
    const cloud = Math.max(0, clouds(x * 2.6 + 7, y * 5.5) - 0.5) * 3.2;
    return mix(base, [252, 252, 252], Math.min(0.95, cloud));
  });
  fill(
    below(() => 0.64),
    (x, y) => {
      const depth = (y - 0.64) / 0.36;
      const wave = Math.sin(y * y * 330 + clouds(x * 6, y * 20) * 7);
      return mix(mix([58, 128, 168], [14, 62, 104], depth), [204, 232, 238], Math.max(0, wave - 0.72) * 1.3);
    },
  );
}

function rock({ fill }: Canvas): void {
  const line = (x: number) => 0.79 + (x - X) ** 2 * 1.15 - clouds(x * 7, 3) * 0.1;
  fill(below(line), (x, y) => {
    const grain = clouds(x * 14, y * 14);
    const grass = Math.max(0, 1 - (y - line(x)) * 22);
    return mix(mix([64, 58, 60], [128, 114, 104], grain), [92, 134, 66], grass * 0.85);
  });
}

/** Lit from the left. */
function shaded(colour: Colour, share: number): Colour {
  const light = 1.06 - 0.5 * Math.max(0, share + 0.25) ** 1.6;
  return [colour[0] * light, colour[1] * light, colour[2] * light];
}

function tower({ fill }: Canvas): void {
  const [top, foot] = [0.3, 0.79];
  const half = (y: number) => 0.052 + ((y - top) / (foot - top)) * 0.036;
  const body = polygon([
    { x: X - half(top), y: top },
    { x: X + half(top), y: top },
    { x: X + half(foot), y: foot },
    { x: X - half(foot), y: foot },
  ]);
  fill(body, (x, y) => {
    const red = Math.floor((y - top) / 0.0817) % 2 === 1;
    return shaded(red ? [196, 44, 48] : [246, 242, 234], (x - X) / half(y));
  });
  for (const y of [0.4, 0.545, 0.69]) {
    fill(
      union(
        box(X - 0.01, y, { rx: 0.012, ry: 0.018 }),
        ellipse({ x: X - 0.01, y: y - 0.018 }, { rx: 0.012, ry: 0.012 }),
      ),
      () => [40, 52, 70],
    );
  }
}

function box(x: number, y: number, { rx, ry }: { rx: number; ry: number }): Shape {
  return (px, py) => Math.max(Math.abs(px - x) - rx, Math.abs(py - y) - ry);
}

function lantern({ fill }: Canvas): void {
  const iron: Colour = [44, 48, 58];
  fill(box(X, 0.296, { rx: 0.074, ry: 0.009 }), (x) => shaded(iron, (x - X) / 0.07));
  fill(box(X, 0.24, { rx: 0.04, ry: 0.048 }), (x, y) =>
    mix([255, 226, 120], [120, 170, 190], Math.hypot(x - X, y - 0.24) / 0.05),
  );
  for (const post of [-0.039, -0.014, 0.014, 0.039]) {
    fill(box(X + post, 0.24, { rx: 0.0032, ry: 0.048 }), () => iron);
  }
  for (const post of [-0.07, -0.042, 0.042, 0.07]) {
    fill(box(X + post, 0.27, { rx: 0.0022, ry: 0.02 }), () => iron);
  }
  fill(box(X, 0.251, { rx: 0.073, ry: 0.0024 }), () => iron);
  const roof = polygon([
    { x: X - 0.056, y: 0.194 },
    { x: X + 0.056, y: 0.194 },
    { x: X, y: 0.12 },
  ]);
  fill(roof, (x) => shaded([188, 40, 46], (x - X) / 0.05));
  fill(capsule({ x: X, y: 0.122 }, { x: X, y: 0.096 }, 0.0035), () => iron);
}
