import { decode } from 'fast-png';
import { beforeAll, describe, expect, it } from 'vitest';
import { exportFault, exportFile } from '../src/export/export.ts';
import { widthOf, writable } from '../src/export/letters.ts';
import { TEMPLATES } from '../src/export/templates.ts';
import { type Picture, shrink } from '../src/picture.ts';
import { paintPicture } from '../src/pictures/pictures.ts';

const wish = { template: 'plain', format: 'png', resolution: '720p', seconds: 1 } as const;
let picture: Picture;

beforeAll(() => {
  picture = shrink(paintPicture('fish') as Picture, 240);
});

const scene = () => ({ picture, cutout: picture, title: 'Ein Fisch & mehr' });

describe('an export', () => {
  it.each(TEMPLATES.map(({ id }) => id))('%s is a picture of its size, with something to see', (template) => {
    const { bytes, type } = exportFile(scene(), { wish: { ...wish, template } });
    expect(type).toBe('image/png');
    const { width, height, data } = decode(bytes);
    expect([width, height]).toEqual([1280, 720]);
    expect(new Set(data).size).toBeGreaterThan(60);
  });

  it('only the free one is marked', () => {
    // Where the mark is, the fish's water is never white.
    const white = (template: string) => {
      const { data, width } = decode(exportFile(scene(), { wish: { ...wish, template } }).bytes);
      let count = 0;
      for (let y = 34; y < 56; y++) {
        for (let x = 700; x < 1250; x++)
          if (Math.min(...data.subarray((y * width + x) * 4, (y * width + x) * 4 + 3)) > 250) count += 1;
      }
      return count;
    };
    expect(white('plain')).toBeGreaterThan(400);
    expect(white('duotone')).toBe(0);
  });

  it('a title is in front of its subject', () => {
    // The subject fills the frame, and the fish is nowhere as white as the letters.
    const white = (title: string) => {
      const wished = { ...wish, template: 'spotlight' };
      const { data } = decode(exportFile({ ...scene(), title }, { wish: wished }).bytes);
      let count = 0;
      for (let at = 0; at < data.length; at += 4) {
        if (Math.min(...data.subarray(at, at + 3)) > 250) count += 1;
      }
      return count;
    };
    expect(white('Ein Fisch') - white('')).toBeGreaterThan(2_000);
  });

  it('an animation is a GIF of its frames', () => {
    const shares: number[] = [];
    const { bytes, type } = exportFile(scene(), {
      wish: { ...wish, format: 'gif' },
      onProgress: (share) => shares.push(share),
    });
    expect(type).toBe('image/gif');
    expect(Buffer.from(bytes.subarray(0, 6)).toString()).toBe('GIF89a');
    expect([bytes[6], bytes[7], bytes[8], bytes[9]]).toEqual([0x00, 0x05, 0xd0, 0x02]);
    expect(bytes.at(-1)).toBe(0x3b);
    expect(shares).toHaveLength(8);
    expect(shares.at(-1)).toBe(1);
  }, 60_000);

  it.each([
    [{ template: 'none' }, /template/],
    [{ resolution: '8k' }, /resolution/],
    [{ format: 'gif', resolution: '4k' }, /animation/],
    [{ format: 'gif', seconds: 16 }, /seconds/],
    [{ format: 'gif', seconds: 1.5 }, /seconds/],
  ] as const)('%j has a fault', (change, fault) => {
    expect(exportFault({ ...wish, ...change })).toMatch(fault);
    expect(() => exportFile(scene(), { wish: { ...wish, ...change } })).toThrow(RangeError);
  });

  it('a template about a subject needs one', () => {
    const bare = { ...scene(), cutout: null };
    expect(() => exportFile(bare, { wish: { ...wish, template: 'spotlight' } })).toThrow(/cut out/);
  });
});

describe('letters', () => {
  it('accents are dropped, and what has no letter is left out', () => {
    expect(writable('Größe — 5 €, “naïve”?')).toBe('GROSSE - 5 , NAIVE?');
  });

  it('a line is as wide as its letters', () => {
    expect(widthOf('', 1)).toBeLessThanOrEqual(0);
    expect(widthOf('AB', 0.6)).toBeCloseTo(0.96);
  });
});
