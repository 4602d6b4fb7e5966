/** What we use of `gifenc`, which has no types of its own and is CommonJS that Node and bundlers name differently. */
import { createRequire } from 'node:module';

type Palette = number[][];

interface Encoder {
  /** The first frame's palette is that of all. Delay in milliseconds; repeat 0: for ever. */
  writeFrame(
    index: Uint8Array,
    width: number,
    height: number,
    options: { palette?: Palette; delay: number; repeat?: number },
  ): void;
  finish(): void;
  bytes(): Uint8Array;
}

interface Gifenc {
  GIFEncoder(): Encoder;
  quantize(rgba: Uint8ClampedArray, colours: number, options: { format: 'rgb565' }): Palette;
  applyPalette(rgba: Uint8ClampedArray, palette: Palette, format: 'rgb565'): Uint8Array;
}

export const gifenc = createRequire(import.meta.url)('gifenc') as Gifenc;
