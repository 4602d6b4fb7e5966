/** Smart cutout on the person's own device: the very program that the server runs. */
import { cutOut, type Rectangle } from '@drawdown/studio/cutout';
import type { CutoutMessage, Pixels } from './pixels.ts';

const say = (message: CutoutMessage): void => postMessage(message);

addEventListener('message', ({ data }: MessageEvent<{ picture: Pixels; rectangle: Rectangle }>) => {
  const { picture, rectangle } = data;
  try {
    say({ picture: cutOut(picture, { rectangle, onProgress: (progress) => say({ progress }) }) });
  } catch (error) {
    say({ failure: error instanceof Error ? error.name : 'Error' });
  }
});
