/** What colours a part of a picture is made of: a few clusters, each with its spread in every direction. */
import type { Picture } from '../picture.ts';

/** Five tell a balloon from its sky; more begin to learn the noise. */
const CLUSTERS = 5;
const ROUNDS = 6;
/** A cluster of one flat colour has no spread at all, and would be infinitely sure. */
const LEAST_VARIANCE = 12;

interface Cluster {
  readonly mean: readonly number[];
  /** The inverse of the covariance: rows one after the other. */
  readonly inverse: readonly number[];
  /** What belonging to it costs where the colour fits exactly. */
  readonly base: number;
}

export interface ColourModel {
  /** How badly a pixel's colour fits: a negative logarithm, so smaller is better. */
  cost(pixel: number): number;
}

/** The colours of those pixels. Throws where there are none. */
export function learnColours(picture: Picture, pixels: readonly number[]): ColourModel {
  if (pixels.length === 0) throw new RangeError('There are no pixels to learn from');
  const { data } = picture;
  const groups = grouped(picture, pixels);
  const clusters = groups.map((group) => clusterOf(picture, group, pixels.length));
  return {
    cost: (pixel) => {
      let least = Number.POSITIVE_INFINITY;
      for (const cluster of clusters) least = Math.min(least, distance(cluster, data, pixel * 4));
      return least;
    },
  };
}

/** k-means from starting points that are spread over the brightness: the same pixels give the same groups. */
function grouped({ data }: Picture, pixels: readonly number[]): number[][] {
  const brightness = (pixel: number): number =>
    (data[pixel * 4] as number) * 2 + (data[pixel * 4 + 1] as number) * 5 + (data[pixel * 4 + 2] as number);
  const sorted = [...pixels].sort((a, b) => brightness(a) - brightness(b) || a - b);
  let centres = Array.from({ length: CLUSTERS }, (_, index) => {
    const pixel = sorted[Math.floor(((index + 0.5) * sorted.length) / CLUSTERS)] as number;
    return [...data.subarray(pixel * 4, pixel * 4 + 3)];
  });
  let groups: number[][] = [];
  for (let round = 0; round < ROUNDS; round++) {
    groups = centres.map(() => []);
    for (const pixel of pixels) groups[nearest(centres, data, pixel * 4)]?.push(pixel);
    centres = groups.map((group, index) =>
      group.length === 0 ? (centres[index] as number[]) : meanOf(data, group),
    );
  }
  return groups.filter((group) => group.length > 0);
}

function nearest(centres: readonly number[][], data: Uint8ClampedArray, at: number): number {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  centres.forEach((centre, index) => {
    let sum = 0;
    for (let channel = 0; channel < 3; channel++) {
      sum += ((data[at + channel] as number) - (centre[channel] as number)) ** 2;
    }
    if (sum < least) {
      least = sum;
      best = index;
    }
  });
  return best;
}

function meanOf(data: Uint8ClampedArray, group: readonly number[]): number[] {
  const sum = [0, 0, 0];
  for (const pixel of group) {
    for (let channel = 0; channel < 3; channel++) {
      sum[channel] = (sum[channel] as number) + (data[pixel * 4 + channel] as number);
    }
  }
  return sum.map((one) => one / group.length);
}

function clusterOf({ data }: Picture, group: readonly number[], all: number): Cluster {
  const mean = meanOf(data, group);
  const spread = new Array<number>(9).fill(0);
  for (const pixel of group) {
    for (let row = 0; row < 3; row++) {
      for (let column = 0; column < 3; column++) {
        const product =
          ((data[pixel * 4 + row] as number) - (mean[row] as number)) *
          ((data[pixel * 4 + column] as number) - (mean[column] as number));
        spread[row * 3 + column] = (spread[row * 3 + column] as number) + product / group.length;
      }
    }
  }
  for (const diagonal of [0, 4, 8]) spread[diagonal] = (spread[diagonal] as number) + LEAST_VARIANCE;
  const { inverse, determinant } = inverted(spread);
  return { mean, inverse, base: -Math.log(group.length / all) + Math.log(determinant) / 2 };
}

function inverted(matrix: readonly number[]): { inverse: number[]; determinant: number } {
  const [a, b, c, d, e, f, g, h, i] = matrix as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
  const inverse = [
    e * i - f * h,
    c * h - b * i,
    b * f - c * e,
    f * g - d * i,
    a * i - c * g,
    c * d - a * f,
    d * h - e * g,
    b * g - a * h,
    a * e - b * d,
  ].map((one) => one / determinant);
  return { inverse, determinant };
}

function distance({ mean, inverse, base }: Cluster, data: Uint8ClampedArray, at: number): number {
  const x = (data[at] as number) - (mean[0] as number);
  const y = (data[at + 1] as number) - (mean[1] as number);
  const z = (data[at + 2] as number) - (mean[2] as number);
  const form =
    x * (x * (inverse[0] as number) + y * (inverse[1] as number) + z * (inverse[2] as number)) +
    y * (x * (inverse[3] as number) + y * (inverse[4] as number) + z * (inverse[5] as number)) +
    z * (x * (inverse[6] as number) + y * (inverse[7] as number) + z * (inverse[8] as number));
  return base + form / 2;
}
