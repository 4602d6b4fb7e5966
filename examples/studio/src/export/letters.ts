/** Letters as strokes, so that a server without a font can write on pictures. Capitals, digits, a little punctuation. */
import { capsule, type Place, type Shape, union } from '../pictures/brush.ts';

/** On a grid of 4 by 6 from the top left; strokes are parted by spaces, points are pairs of digits. */
const STROKES: Readonly<Record<string, string>> = {
  A: '062046 1434',
  B: '0006 003041423303 3344453606',
  C: '4130100105163645',
  D: '00063645413000',
  E: '40000646 0333',
  F: '400006 0333',
  G: '41301001051636454323',
  H: '0006 4046 0343',
  I: '2026',
  J: '4045361605',
  K: '0006 4003 0346',
  L: '000646',
  M: '0600234046',
  N: '06004640',
  O: '100105163645413010',
  P: '0006 003041423303',
  Q: '100105163645413010 2446',
  R: '0006 003041423303 2346',
  S: '413010010213334445361605',
  T: '0040 2026',
  U: '000516364540',
  V: '002640',
  W: '0016233640',
  X: '0046 4006',
  Y: '002340 2326',
  Z: '00400646',
  0: '100105163645413010',
  1: '112026 1636',
  2: '01103041420646',
  3: '0110304142334445361605 1333',
  4: '300444 3036',
  5: '400003334445361605',
  6: '3010010516364544331304',
  7: '004016',
  8: '100102133342413010 1304051636454433',
  9: '4233130201103041453616',
  '.': '2626',
  ',': '2617',
  '!': '2024 2626',
  '?': '01103041422324 2626',
  '-': '1333',
  ':': '2222 2525',
  "'": '2021',
  '&': '4602011021120405163643',
};

const WIDTH = 4;
const HEIGHT = 6;
/** From the left edge of one letter to that of the next, in cells. */
const ADVANCE = 5.6;
const SPACE = 3.4;

/** Accents are dropped and what has no letter is left out: a caption is better than a box. */
export function writable(text: string): string {
  const plain = text.normalize('NFD').replaceAll(/\p{M}/gu, '').replaceAll('ß', 'ss').toUpperCase();
  return [...plain.replaceAll(/[‘’]/g, "'").replaceAll(/[–—]/g, '-')]
    .filter((one) => one === ' ' || STROKES[one] !== undefined)
    .join('')
    .replaceAll(/ +/g, ' ')
    .trim();
}

/** How wide a line is where letters are `size` high. */
export function widthOf(text: string, size: number): number {
  let cells = 0;
  for (const one of text) cells += one === ' ' ? SPACE : ADVANCE;
  return ((cells - (ADVANCE - WIDTH)) * size) / HEIGHT;
}

/** The line as shapes, one a letter, from its top left corner. */
export function lettersOf(
  text: string,
  { at, size, weight }: { at: Place; size: number; weight: number },
): Shape[] {
  const cell = size / HEIGHT;
  let left = at.x;
  return [...text].flatMap((one) => {
    const start = left;
    left += (one === ' ' ? SPACE : ADVANCE) * cell;
    const strokes = STROKES[one];
    if (strokes === undefined) return [];
    const place = (pair: string): Place => ({
      x: start + Number(pair[0]) * cell,
      y: at.y + Number(pair[1]) * cell,
    });
    const lines = strokes.split(' ').flatMap((stroke) => {
      const pairs = stroke.match(/../g) ?? [];
      return pairs
        .slice(pairs.length === 1 ? 0 : 1)
        .map((pair, index) => capsule(place(pairs[index] as string), place(pair), weight * size));
    });
    return [union(...lines)];
  });
}
