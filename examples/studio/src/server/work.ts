/** The work itself: what a worker thread is told to do, and what it hands back. */
import { decode, encode } from 'fast-png';
import { cutOut, type Rectangle } from '../cutout/cutout.ts';
import { type ExportWish, exportFile } from '../export/export.ts';
import type { Picture } from '../picture.ts';
import { paintPicture } from '../pictures/pictures.ts';
import { formatScript, type Script, type ScriptWish, writeScript } from '../script/script.ts';

export type Task =
  | { readonly kind: 'picture'; readonly picture: string }
  | { readonly kind: 'script'; readonly wish: ScriptWish }
  | { readonly kind: 'cutout'; readonly picture: string; readonly rectangle: Rectangle }
  | {
      readonly kind: 'export';
      readonly picture: string;
      /** The subject alone, as PNG. */
      readonly cutout: Uint8Array | null;
      readonly title: string;
      readonly wish: ExportWish;
    };

export interface Result {
  readonly type: 'text/plain' | 'image/png' | 'image/gif';
  readonly bytes: Uint8Array;
  readonly script?: Script;
}

/** Does it; throws what the tools throw. */
export function perform(task: Task, onProgress: (share: number) => void): Result {
  if (task.kind === 'script') {
    const script = writeScript(task.wish);
    return { type: 'text/plain', bytes: new TextEncoder().encode(`${formatScript(script)}\n`), script };
  }
  const picture = paintPicture(task.picture);
  if (picture === null) throw new RangeError(`There is no picture "${task.picture}"`);
  if (task.kind === 'picture') return png(picture);
  if (task.kind === 'cutout') return png(cutOut(picture, { rectangle: task.rectangle, onProgress }));
  const cutout = task.cutout === null ? null : pictureOf(task.cutout);
  return exportFile({ picture, cutout, title: task.title }, { wish: task.wish, onProgress });
}

function png({ width, height, data }: Picture): Result {
  return { type: 'image/png', bytes: encode({ width, height, data, depth: 8, channels: 4 }) };
}

/** Throws where it is no PNG with an alpha channel of eight bits. */
export function pictureOf(bytes: Uint8Array): Picture {
  const { width, height, depth, channels, data } = decode(bytes);
  if (depth !== 8 || channels !== 4)
    throw new RangeError('The picture must have four channels of eight bits');
  return { width, height, data: new Uint8ClampedArray(data) };
}
