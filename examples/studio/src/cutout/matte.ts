/** From a coarse yes and no to soft edges: the mask follows the picture's own edges, and the background's colour is taken out. */
import { blankPicture, type Picture } from '../picture.ts';

/** How far an edge may move, as a share of the longer side: about what one pixel of the coarse mask is. */
const REACH = 1 / 160;
/** Differences of brightness below this (of 1, squared) are texture and no edge. */
const TEXTURE = 1e-4;

/** The picture with the alpha that the coarse mask becomes at its full size. */
export function applyMask(
  picture: Picture,
  mask: { width: number; height: number; data: Uint8Array },
): Picture {
  const radius = Math.max(2, Math.round(Math.max(picture.width, picture.height) * REACH));
  const alpha = guided(picture, enlarged(mask, picture), radius);
  return withoutBackground(picture, alpha, radius * 2);
}

/** Straight lines between the centres of the coarse pixels. */
function enlarged(
  mask: { width: number; height: number; data: Uint8Array },
  { width, height }: Picture,
): Float32Array {
  const out = new Float32Array(width * height);
  const at = (x: number, y: number): number =>
    mask.data[
      Math.min(mask.height - 1, Math.max(0, y)) * mask.width + Math.min(mask.width - 1, Math.max(0, x))
    ] as number;
  for (let y = 0; y < height; y++) {
    const sy = ((y + 0.5) * mask.height) / height - 0.5;
    const top = Math.floor(sy);
    for (let x = 0; x < width; x++) {
      const sx = ((x + 0.5) * mask.width) / width - 0.5;
      const left = Math.floor(sx);
      const above = at(left, top) * (1 - sx + left) + at(left + 1, top) * (sx - left);
      const below = at(left, top + 1) * (1 - sx + left) + at(left + 1, top + 1) * (sx - left);
      out[y * width + x] = above * (1 - sy + top) + below * (sy - top);
    }
  }
  return out;
}

/** He's guided filter: in every small window the mask is a straight line of the picture's brightness. */
function guided(picture: Picture, mask: Float32Array, radius: number): Float32Array {
  const { width, height, data } = picture;
  const guide = new Float32Array(width * height);
  for (let pixel = 0; pixel < guide.length; pixel++) {
    const at = pixel * 4;
    guide[pixel] =
      (0.299 * (data[at] as number) + 0.587 * (data[at + 1] as number) + 0.114 * (data[at + 2] as number)) /
      255;
  }
  const blur = (plane: Float32Array) => boxBlur(plane, { width, height, radius });
  const meanGuide = blur(guide);
  const meanMask = blur(mask);
  const both = blur(guide.map((value, index) => value * (mask[index] as number)));
  const square = blur(guide.map((value) => value * value));
  const slope = both.map((value, index) => {
    const centre = meanGuide[index] as number;
    const variance = (square[index] as number) - centre * centre;
    return (value - centre * (meanMask[index] as number)) / (variance + TEXTURE);
  });
  const offset = blur(
    meanMask.map((value, index) => value - (slope[index] as number) * (meanGuide[index] as number)),
  );
  const meanSlope = blur(slope);
  return guide.map((value, index) => {
    const soft = (meanSlope[index] as number) * value + (offset[index] as number);
    return steep(soft);
  });
}

/** What is nearly all or nothing is all or nothing: haze around a subject is what one sees of a bad cutout. */
function steep(soft: number): number {
  const at = Math.min(1, Math.max(0, (soft - 0.15) / 0.7));
  return at * at * (3 - 2 * at);
}

/** The mean over a square around every pixel, by running sums; at the border over what there is. */
function boxBlur(
  plane: Float32Array,
  { width, height, radius }: { width: number; height: number; radius: number },
): Float32Array {
  const across = new Float32Array(plane.length);
  const line = (into: Float32Array, from: Float32Array, { start, step, count }: Line): void => {
    let sum = 0;
    let size = 0;
    for (let ahead = 0; ahead < Math.min(radius, count); ahead++) {
      sum += from[start + ahead * step] as number;
      size += 1;
    }
    for (let place = 0; place < count; place++) {
      if (place + radius < count) {
        sum += from[start + (place + radius) * step] as number;
        size += 1;
      }
      if (place - radius > 0) {
        sum -= from[start + (place - radius - 1) * step] as number;
        size -= 1;
      }
      into[start + place * step] = sum / size;
    }
  };
  for (let y = 0; y < height; y++) line(across, plane, { start: y * width, step: 1, count: width });
  const out = new Float32Array(plane.length);
  for (let x = 0; x < width; x++) line(out, across, { start: x, step: width, count: height });
  return out;
}

interface Line {
  readonly start: number;
  readonly step: number;
  readonly count: number;
}

/** Where alpha is partial the colour is the nearby subject's: half a pixel of sky would stay as a rim. */
function withoutBackground(picture: Picture, alpha: Float32Array, radius: number): Picture {
  const { width, height, data } = picture;
  const solid = alpha.map((value) => (value > 0.95 ? 1 : 0));
  const blur = (plane: Float32Array) => boxBlur(plane, { width, height, radius });
  const weight = blur(solid);
  const inner = [0, 1, 2].map((channel) =>
    blur(solid.map((value, index) => value * (data[index * 4 + channel] as number))),
  );
  const out = blankPicture(width, height);
  for (let pixel = 0; pixel < alpha.length; pixel++) {
    const share = alpha[pixel] as number;
    const near = weight[pixel] as number;
    for (let channel = 0; channel < 3; channel++) {
      const own = data[pixel * 4 + channel] as number;
      const subject = near > 0 ? ((inner[channel] as Float32Array)[pixel] as number) / near : own;
      out.data[pixel * 4 + channel] = share === 0 ? 0 : own * share + subject * (1 - share);
    }
    out.data[pixel * 4 + 3] = share * (data[pixel * 4 + 3] as number);
  }
  return out;
}
