/** The pictures that the studio brings along: painted by these programs, so that nobody else has a right to them. */
import type { Rectangle } from '../cutout/cutout.ts';
import { blankPicture, type Picture } from '../picture.ts';
import { paintBalloon } from './balloon.ts';
import { type Canvas, canvasOn } from './brush.ts';
import { paintFish } from './fish.ts';
import { paintLighthouse } from './lighthouse.ts';

export interface ShippedPicture {
  readonly id: string;
  readonly name: string;
  /** Where the subject is, in shares of width and height: what the cutout is offered first. */
  readonly subject: Rectangle;
}

export const PICTURE_WIDTH = 960;
export const PICTURE_HEIGHT = 640;

interface Painting extends ShippedPicture {
  readonly paint: (canvas: Canvas) => void;
}

const PAINTINGS: readonly Painting[] = [
  {
    id: 'balloon',
    name: 'Balloon at dusk',
    subject: { x: 0.26, y: 0.08, width: 0.36, height: 0.79 },
    paint: paintBalloon,
  },
  {
    id: 'lighthouse',
    name: 'Lighthouse at noon',
    subject: { x: 0.43, y: 0.06, width: 0.18, height: 0.75 },
    paint: paintLighthouse,
  },
  {
    id: 'fish',
    name: 'Fish in clear water',
    subject: { x: 0.28, y: 0.18, width: 0.52, height: 0.62 },
    paint: paintFish,
  },
];

export const PICTURES: readonly ShippedPicture[] = PAINTINGS.map(({ id, name, subject }) => ({
  id,
  name,
  subject,
}));

/** Paints it; null where there is none of that name. */
export function paintPicture(id: string): Picture | null {
  const painting = PAINTINGS.find((one) => one.id === id);
  if (painting === undefined) return null;
  const picture = blankPicture(PICTURE_WIDTH, PICTURE_HEIGHT);
  painting.paint(canvasOn(picture));
  return picture;
}
