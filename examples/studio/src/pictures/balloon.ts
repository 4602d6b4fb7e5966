/** A balloon over hills in the evening. */
import { type Colour, mix } from '../picture.ts';
import { below, type Canvas, capsule, clouds, ellipse, everywhere, polygon, union, within } from './brush.ts';

const HIGH: Colour = [38, 52, 110];
const MIDDLE: Colour = [214, 120, 120];
const LOW: Colour = [255, 206, 146];
const CREAM: Colour = [250, 240, 220];
const TEAL: Colour = [16, 132, 138];
const NAVY: Colour = [20, 62, 98];

export function paintBalloon(canvas: Canvas): void {
  sky(canvas);
  hills(canvas);
  balloon(canvas);
}

function sky({ fill }: Canvas): void {
  fill(everywhere, (x, y) => {
    const base = y < 0.5 ? mix(HIGH, MIDDLE, y / 0.5) : mix(MIDDLE, LOW, (y - 0.5) / 0.25);
    const cloud = Math.max(0, clouds(x * 2.2, y * 7) - 0.52) * 2.4;
    return mix(base, [255, 222, 200], cloud * (0.35 + y * 0.5));
  });
  fill(ellipse({ x: 1.18, y: 0.66 }, { rx: 0.07, ry: 0.07 }), () => [255, 240, 205], { soft: 0.02 });
  fill(ellipse({ x: 1.18, y: 0.66 }, { rx: 0.12, ry: 0.12 }), () => [255, 226, 170], {
    soft: 0.26,
    opacity: 0.5,
  });
}

function hills({ fill }: Canvas): void {
  const ridges: readonly { at: number; colour: Colour; height: number; turns: number }[] = [
    { at: 0.72, colour: [150, 92, 118], height: 0.05, turns: 4 },
    { at: 0.8, colour: [96, 66, 104], height: 0.06, turns: 3 },
    { at: 0.9, colour: [46, 40, 76], height: 0.05, turns: 5 },
  ];
  for (const { at, colour, height, turns } of ridges) {
    const line = (x: number) =>
      at - height * Math.sin(x * turns + at * 40) * 0.6 - height * clouds(x * turns * 1.7, at * 10);
    fill(below(line), (x, y) => mix(colour, LOW, Math.max(0, 0.28 - (y - line(x)) * 2)));
  }
}

function balloon({ fill }: Canvas): void {
  const [cx, cy, r] = [0.66, 0.36, 0.235];
  const round = ellipse({ x: cx, y: cy }, { rx: r, ry: r * 1.02 });
  const neck = polygon([
    { x: cx - r * 0.9, y: cy + r * 0.46 },
    { x: cx + r * 0.9, y: cy + r * 0.46 },
    { x: cx + 0.05, y: cy + r * 1.48 },
    { x: cx - 0.05, y: cy + r * 1.48 },
  ]);
  const envelope = union(round, neck);
  const basket = polygon([
    { x: cx - 0.043, y: 0.775 },
    { x: cx + 0.043, y: 0.775 },
    { x: cx + 0.035, y: 0.835 },
    { x: cx - 0.035, y: 0.835 },
  ]);
  for (const side of [-1, 1]) {
    fill(
      capsule({ x: cx + side * 0.045, y: cy + r * 1.46 }, { x: cx + side * 0.038, y: 0.78 }, 0.0032),
      () => [70, 44, 36],
    );
  }
  fill(envelope, (x, y) => {
    // The panels run together where the cloth does.
    const down = (y - cy) / r;
    const wide =
      down < 0.46 ? r * Math.sqrt(Math.max(0.04, 1.04 - down * down)) : r * (0.91 - (down - 0.46) * 0.684);
    const turn = Math.asin(Math.min(1, Math.max(-1, (x - cx) / wide)));
    const stripe = Math.floor((turn + Math.PI / 2) / (Math.PI / 8)) % 2 === 0;
    const band = Math.abs(y - cy - 0.02) < 0.035;
    const cloth = band ? NAVY : stripe ? TEAL : CREAM;
    const light = 0.72 + 0.36 * Math.cos(turn - 0.7) * Math.max(0.35, 1 - (y - cy) * 0.9);
    const fold = 1 - 0.12 * Math.abs(Math.sin(turn * 8));
    return [cloth[0] * light * fold, cloth[1] * light * fold, cloth[2] * light * fold];
  });
  fill(
    within(envelope, ellipse({ x: cx + 0.09, y: cy - 0.11 }, { rx: 0.05, ry: 0.08 })),
    () => [255, 255, 246],
    {
      soft: 0.09,
      opacity: 0.4,
    },
  );
  fill(basket, (x, y) => {
    const weave = (Math.floor(x * 220) + Math.floor(y * 180)) % 2 === 0 ? 1 : 0.82;
    return [152 * weave, 96 * weave, 52 * weave];
  });
  fill(capsule({ x: cx - 0.044, y: 0.777 }, { x: cx + 0.044, y: 0.777 }, 0.006), () => [92, 54, 32]);
}
