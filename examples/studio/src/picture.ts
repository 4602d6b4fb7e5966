/** Pictures in memory, as a canvas has them: four bytes a pixel, row by row, alpha not multiplied in. */

export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray<ArrayBuffer>;
}

/** Red, green and blue, 0 to 255. */
export type Colour = readonly [number, number, number];

export function blankPicture(width: number, height: number): Picture {
  return { width, height, data: new Uint8ClampedArray(width * height * 4) };
}

/** Between two colours; 0 is the first. */
export function mix(from: Colour, to: Colour, share: number): Colour {
  const at = Math.min(1, Math.max(0, share));
  return [
    from[0] + (to[0] - from[0]) * at,
    from[1] + (to[1] - from[1]) * at,
    from[2] + (to[2] - from[2]) * at,
  ];
}

/** Lays a colour over a pixel. `cover` is 0 to 1; what lies below is opaque from then on as far as it is covered. */
export function lay(
  { data }: Picture,
  pixel: number,
  { colour, cover }: { colour: Colour; cover: number },
): void {
  if (cover <= 0) return;
  const at = pixel * 4;
  const below = ((data[at + 3] as number) / 255) * (1 - cover);
  const alpha = cover + below;
  for (let channel = 0; channel < 3; channel++) {
    data[at + channel] =
      ((colour[channel] as number) * cover + (data[at + channel] as number) * below) / alpha;
  }
  data[at + 3] = alpha * 255;
}

/** Made smaller by averaging; never larger. The longer side is at most `longest`. */
export function shrink(picture: Picture, longest: number): Picture {
  const scale = Math.min(1, longest / Math.max(picture.width, picture.height));
  if (scale === 1) return picture;
  const width = Math.max(1, Math.round(picture.width * scale));
  const height = Math.max(1, Math.round(picture.height * scale));
  const small = blankPicture(width, height);
  for (let y = 0; y < height; y++) {
    const [top, bottom] = span(y, { cells: height, of: picture.height });
    for (let x = 0; x < width; x++) {
      const [left, right] = span(x, { cells: width, of: picture.width });
      average(picture, { left, right, top, bottom }, small.data.subarray((y * width + x) * 4));
    }
  }
  return small;
}

/** The pixels that one cell of a coarser row stands for: at least one. */
function span(cell: number, { cells, of }: { cells: number; of: number }): [number, number] {
  const from = Math.floor((cell * of) / cells);
  return [from, Math.max(from + 1, Math.floor(((cell + 1) * of) / cells))];
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Weighed by alpha: what cannot be seen has no colour. */
function average({ width, data }: Picture, box: Box, into: Uint8ClampedArray): void {
  let [red, green, blue, alpha] = [0, 0, 0, 0];
  for (let y = box.top; y < box.bottom; y++) {
    for (let x = box.left; x < box.right; x++) {
      const at = (y * width + x) * 4;
      const weight = data[at + 3] as number;
      red += (data[at] as number) * weight;
      green += (data[at + 1] as number) * weight;
      blue += (data[at + 2] as number) * weight;
      alpha += weight;
    }
  }
  const count = (box.right - box.left) * (box.bottom - box.top);
  if (alpha === 0) return;
  into[0] = red / alpha;
  into[1] = green / alpha;
  into[2] = blue / alpha;
  into[3] = alpha / count;
}
