/** A project as a file: one picture, or a short animation. */
import { encode } from 'fast-png';
import { blankPicture, type Picture, shrink } from '../picture.ts';
import { gifenc } from './gifenc.ts';
import { type Scene, type Size, TEMPLATES, type Template } from './templates.ts';

const RESOLUTIONS: Readonly<Record<string, Size>> = {
  '720p': { width: 1280, height: 720 },
  '1080p': { width: 1920, height: 1080 },
  '4k': { width: 3840, height: 2160 },
};
/** Of an animation: as far as its first price goes, and what a worker draws in well under a minute. */
const MOST_SECONDS = 15;
/** Four thousand pixels a line fit one picture, not a hundred. */
const ANIMATED = ['720p', '1080p'] as const;
const FRAMES_A_SECOND = 8;

export interface ExportWish {
  readonly template: string;
  readonly format: 'png' | 'gif';
  readonly resolution: string;
  /** Of an animation, in seconds; a picture has none. */
  readonly seconds: number;
}

export interface ExportFile {
  readonly type: 'image/png' | 'image/gif';
  readonly bytes: Uint8Array;
}

function templateOf(id: string): Template | null {
  return TEMPLATES.find((one) => one.id === id) ?? null;
}

/** What is wrong with the wish; null: nothing. */
export function exportFault({ template: id, format, resolution, seconds }: ExportWish): string | null {
  if (templateOf(id) === null) return `template must be one of ${TEMPLATES.map((one) => one.id).join(', ')}`;
  if (RESOLUTIONS[resolution] === undefined) {
    return `resolution must be one of ${Object.keys(RESOLUTIONS).join(', ')}`;
  }
  if (format === 'png') return null;
  if (!ANIMATED.some((one) => one === resolution)) return `an animation has ${ANIMATED.join(' or ')}`;
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= MOST_SECONDS) return null;
  return `seconds must be a whole number from 1 to ${MOST_SECONDS}`;
}

/** Draws and encodes it. Throws a RangeError for a wish with a fault, or a template that lacks its cutout. */
export function exportFile(
  scene: Scene,
  { wish, onProgress }: { wish: ExportWish; onProgress?: (share: number) => void },
): ExportFile {
  const template = templateOf(wish.template);
  const size = RESOLUTIONS[wish.resolution];
  const fault = exportFault(wish);
  if (fault !== null || template === null || size === undefined) throw new RangeError(fault ?? 'unknown');
  if (template.needsCutout && scene.cutout === null) {
    throw new RangeError(`The template "${template.name}" needs a subject that is cut out`);
  }
  const frames = template.frames(scene, size);
  if (wish.format === 'gif') {
    const bytes = encodeGif(frames, { size, count: wish.seconds * FRAMES_A_SECOND, onProgress });
    return { type: 'image/gif', bytes };
  }
  const bytes = encodePng(frames(0.5));
  onProgress?.(1);
  return { type: 'image/png', bytes };
}

function encodePng({ width, height, data }: Picture): Uint8Array {
  return encode({ width, height, data, depth: 8, channels: 4 });
}

interface Animation {
  readonly size: Size;
  readonly count: number;
  readonly onProgress: ((share: number) => void) | undefined;
}

/** One palette for all frames, from the first, the middle and the last: nothing flickers, and it is found once. */
function encodeGif(frames: (at: number) => Picture, { size, count, onProgress }: Animation): Uint8Array {
  const { GIFEncoder, quantize, applyPalette } = gifenc;
  const palette = quantize(samples([0, 0.5, 1].map(frames)), 256, { format: 'rgb565' });
  const encoder = GIFEncoder();
  for (let frame = 0; frame < count; frame++) {
    const picture = frames(count === 1 ? 0 : frame / (count - 1));
    dither(picture);
    const index = applyPalette(picture.data, palette, 'rgb565');
    const delay = 1000 / FRAMES_A_SECOND;
    encoder.writeFrame(
      index,
      size.width,
      size.height,
      frame === 0 ? { palette, delay, repeat: 0 } : { delay },
    );
    onProgress?.((frame + 1) / count);
  }
  encoder.finish();
  return encoder.bytes();
}

/** Enough to find the colours by. */
const SAMPLE = 320;

function samples(pictures: readonly Picture[]): Uint8ClampedArray {
  const small = pictures.map((picture) => shrink(picture, SAMPLE));
  const [{ width, height }] = small as [Picture, ...Picture[]];
  const all = blankPicture(width, height * small.length);
  small.forEach(({ data }, index) => {
    all.data.set(data, index * data.length);
  });
  return all.data;
}

/** Bayer's pattern: skies of 256 colours would be steps. */
const BAYER = [0, 8, 2, 10, 12, 4, 14, 6, 3, 11, 1, 9, 15, 7, 13, 5];
/** About half a step between neighbours of a palette. */
const STRENGTH = 0.9;

function dither({ width, height, data }: Picture): void {
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const by = ((BAYER[(y & 3) * 4 + (x & 3)] as number) - 7.5) * STRENGTH;
      const at = (y * width + x) * 4;
      data[at] = (data[at] as number) + by;
      data[at + 1] = (data[at + 1] as number) + by;
      data[at + 2] = (data[at + 2] as number) + by;
    }
  }
}
