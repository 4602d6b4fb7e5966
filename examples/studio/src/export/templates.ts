/** What an export looks like: each template is a function from the moment to a finished frame. */
import { blankPicture, type Colour, mix, type Picture } from '../picture.ts';
import { canvasOn, capsule, type Place, type Shape } from '../pictures/brush.ts';
import { lettersOf, widthOf, writable } from './letters.ts';

export interface Scene {
  readonly picture: Picture;
  /** The subject alone; null where nothing was cut out. */
  readonly cutout: Picture | null;
  readonly title: string;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** `at` is 0 at the start and 1 at the end. */
type Frames = (at: number) => Picture;

export interface Template {
  readonly id: string;
  readonly name: string;
  /** What pays for it; null: it is free, and marked. */
  readonly feature: 'advanced_template_export' | 'premium_template_export' | null;
  readonly needsCutout: boolean;
  readonly frames: (scene: Scene, size: Size) => Frames;
}

const INK: Colour = [18, 20, 28];
const PAPER: Colour = [250, 247, 240];
const MARK = 'MADE WITH DRAWDOWN STUDIO';

export const TEMPLATES: readonly Template[] = [
  { id: 'plain', name: 'Plain', feature: null, needsCutout: false, frames: plain },
  {
    id: 'postcard',
    name: 'Postcard',
    feature: 'advanced_template_export',
    needsCutout: false,
    frames: postcard,
  },
  {
    id: 'duotone',
    name: 'Duotone',
    feature: 'advanced_template_export',
    needsCutout: false,
    frames: duotone,
  },
  {
    id: 'spotlight',
    name: 'Spotlight',
    feature: 'premium_template_export',
    needsCutout: true,
    frames: spotlight,
  },
];

/** The picture, slowly nearer, with its title and the mark of who made it. */
function plain({ picture, title }: Scene, size: Size): Frames {
  const over = blankPicture(size.width, size.height);
  caption(over, title, { size: 0.075, left: 0.06, bottom: 0.9, colour: [255, 255, 255] });
  watermark(over);
  return (at) => {
    const frame = covered(picture, size, { zoom: 1 + 0.12 * at, x: 0.5, y: 0.5 });
    return layOver(frame, over);
  };
}

/** A framed print on paper, with the title below. */
function postcard({ picture, title }: Scene, size: Size): Frames {
  const over = blankPicture(size.width, size.height);
  const aspect = size.width / size.height;
  const edge = 0.055;
  const foot = 0.2;
  canvasOn(over).fill(
    (x, y) => Math.min(x - edge, aspect - edge - x, y - edge, 1 - foot - y),
    () => PAPER,
  );
  caption(over, title, { size: 0.07, left: edge + 0.005, bottom: 0.945, colour: INK });
  return (at) =>
    layOver(covered(picture, size, { zoom: 1.02 + 0.16 * at, x: 0.42 + 0.16 * at, y: 0.46 }), over);
}

/** Two inks and a large title that is drawn from left to right. */
function duotone({ picture, title }: Scene, size: Size): Frames {
  const shades = Array.from({ length: 256 }, (_, level) =>
    mix([22, 18, 74], [255, 196, 128], (level / 255) ** 0.85),
  );
  const over = blankPicture(size.width, size.height);
  caption(over, title, { size: 0.13, left: 0.07, bottom: 0.58, colour: [255, 250, 240] });
  const aspect = size.width / size.height;
  canvasOn(over).fill(
    capsule({ x: 0.075, y: 0.65 }, { x: Math.min(0.6, aspect - 0.1), y: 0.65 }, 0.006),
    () => [255, 120, 96],
  );
  return (at) => {
    const frame = covered(picture, size, { zoom: 1.2 - 0.14 * at, x: 0.5, y: 0.5 });
    inked(frame, shades);
    return layOver(frame, over, { until: Math.min(1, 0.12 + at * 2.2) });
  };
}

function inked({ data }: Picture, shades: readonly Colour[]): void {
  for (let pixel = 0; pixel < data.length; pixel += 4) {
    const light =
      ((data[pixel] as number) * 77 + (data[pixel + 1] as number) * 150 + (data[pixel + 2] as number) * 29) >>
      8;
    const [red, green, blue] = shades[light] as Colour;
    data[pixel] = red;
    data[pixel + 1] = green;
    data[pixel + 2] = blue;
  }
}

/** The subject before turning rays, and its title below in front of both: a name that its subject hides says nothing. */
function spotlight({ picture, cutout, title }: Scene, size: Size): Frames {
  const over = blankPicture(size.width, size.height);
  caption(over, title, { size: 0.11, left: 0.06, bottom: 0.93, colour: [255, 255, 255] });
  const subject = cutout ?? picture;
  return (at) => {
    const frame = blankPicture(size.width, size.height);
    rays(frame, at);
    layOver(frame, covered(subject, size, { zoom: 1 + 0.08 * Math.sin(at * Math.PI), x: 0.5, y: 0.5 }));
    return layOver(frame, over);
  };
}

function rays({ width, height, data }: Picture, at: number): void {
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [dx, dy] = [(x - width / 2) / height, (y - height * 0.52) / height];
      const turn = Math.sin(Math.atan2(dy, dx) * 9 + at * Math.PI * 2);
      const ray = Math.min(1, Math.max(0, turn * 14 + 0.5));
      const far = Math.min(1, Math.sqrt(dx * dx + dy * dy) * 1.05);
      const pixel = (y * width + x) * 4;
      data[pixel] = 255 - 12 * ray - 92 * far;
      data[pixel + 1] = 146 - 34 * ray - 96 * far;
      data[pixel + 2] = 84 + 14 * ray + 22 * far;
      data[pixel + 3] = 255;
    }
  }
}

interface View {
  /** 1: just large enough to cover the frame. */
  readonly zoom: number;
  /** Which part is in the middle, in shares of what is left over. */
  readonly x: number;
  readonly y: number;
}

/** The picture cut to the frame, between its pixels by straight lines. */
function covered(picture: Picture, size: Size, { zoom, x: atX, y: atY }: View): Picture {
  const frame = blankPicture(size.width, size.height);
  const scale = Math.max(size.width / picture.width, size.height / picture.height) * zoom;
  const left = (picture.width - size.width / scale) * atX;
  const top = (picture.height - size.height / scale) * atY;
  const columns = Array.from({ length: size.width }, (_, x) =>
    between(left + (x + 0.5) / scale - 0.5, picture.width),
  );
  for (let y = 0; y < size.height; y++) {
    const row = between(top + (y + 0.5) / scale - 0.5, picture.height);
    for (let x = 0; x < size.width; x++) {
      blend(picture, { column: columns[x] as Step, row }, frame.data, (y * size.width + x) * 4);
    }
  }
  return frame;
}

interface Step {
  readonly from: number;
  readonly to: number;
  readonly share: number;
}

function between(at: number, count: number): Step {
  const inside = Math.min(count - 1, Math.max(0, at));
  const from = Math.floor(inside);
  return { from, to: Math.min(count - 1, from + 1), share: inside - from };
}

function blend(
  { width, data }: Picture,
  { column, row }: { column: Step; row: Step },
  into: Uint8ClampedArray,
  at: number,
): void {
  const a = (row.from * width + column.from) * 4;
  const b = (row.from * width + column.to) * 4;
  const c = (row.to * width + column.from) * 4;
  const d = (row.to * width + column.to) * 4;
  for (let channel = 0; channel < 4; channel++) {
    const above =
      (data[a + channel] as number) * (1 - column.share) + (data[b + channel] as number) * column.share;
    const under =
      (data[c + channel] as number) * (1 - column.share) + (data[d + channel] as number) * column.share;
    into[at + channel] = above * (1 - row.share) + under * row.share;
  }
}

/** Lays one picture over another of its size, up to a share of its width. */
function layOver(frame: Picture, over: Picture, { until = 1 }: { until?: number } = {}): Picture {
  const end = Math.round(frame.width * until);
  for (let y = 0; y < frame.height; y++) {
    for (let x = 0; x < end; x++) {
      const at = (y * frame.width + x) * 4;
      const cover = (over.data[at + 3] as number) / 255;
      if (cover === 0) continue;
      for (let channel = 0; channel < 3; channel++) {
        const below = frame.data[at + channel] as number;
        frame.data[at + channel] = below + ((over.data[at + channel] as number) - below) * cover;
      }
      frame.data[at + 3] = 255;
    }
  }
  return frame;
}

interface Caption {
  /** Of a capital letter, in shares of the height. */
  readonly size: number;
  readonly left: number;
  readonly bottom: number;
  readonly colour: Colour;
}

/** One line, made smaller until it fits; with a shadow where it is light. */
function caption(over: Picture, text: string, { size, left, bottom, colour }: Caption): void {
  const line = writable(text);
  const room = over.width / over.height - left * 2;
  const fitted = Math.min(size, (size * room) / Math.max(widthOf(line, size), 1e-6));
  const isLight = colour[0] + colour[1] + colour[2] > 382;
  write(over, line, { at: { x: left, y: bottom - fitted }, size: fitted, colour, shadow: isLight });
}

function watermark(over: Picture): void {
  const size = 0.032;
  const x = over.width / over.height - 0.04 - widthOf(MARK, size);
  write(over, MARK, { at: { x, y: 0.045 }, size, colour: [255, 255, 255], shadow: true });
}

function write(
  over: Picture,
  text: string,
  { at, size, colour, shadow }: { at: Place; size: number; colour: Colour; shadow: boolean },
): void {
  const { fill } = canvasOn(over);
  const letters = lettersOf(text, { at, size, weight: 0.075 });
  const dark: Shape[] = shadow
    ? lettersOf(text, { at: { x: at.x, y: at.y + size * 0.05 }, size, weight: 0.11 })
    : [];
  for (const letter of dark) fill(letter, () => INK, { soft: size * 0.22, opacity: 0.75 });
  for (const letter of letters) fill(letter, () => colour);
}
