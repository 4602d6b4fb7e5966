/** Between files and pixels, in a browser. */
import type { Rectangle } from '@drawdown/studio/cutout';
import type { Scene } from '@drawdown/studio/templates';

/** As a canvas has it. */
export type Pixels = Scene['picture'];

export { PICTURE_HEIGHT as HEIGHT, PICTURE_WIDTH as WIDTH } from '@drawdown/studio/pictures';

export function pictureUrl(id: string): string {
  return `/studio/pictures/${id}.png`;
}

const shipped = new Map<string, Promise<Pixels>>();

/** The pixels of a shipped picture, fetched once. */
export function shippedPixels(id: string): Promise<Pixels> {
  const pixels = shipped.get(id) ?? fetched(pictureUrl(id));
  shipped.set(id, pixels);
  pixels.catch(() => shipped.delete(id));
  return pixels;
}

async function fetched(url: string): Promise<Pixels> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`The picture answered ${response.status}`);
  return await pixelsOf(await response.blob());
}

export async function pixelsOf(file: Blob): Promise<Pixels> {
  const bitmap = await createImageBitmap(file);
  const context = contextOf(bitmap.width, bitmap.height);
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return context.getImageData(0, 0, context.canvas.width, context.canvas.height);
}

/** Shows pixels on a canvas, at its own size. */
export function show(canvas: HTMLCanvasElement, { width, height, data }: Pixels): void {
  canvas.width = width;
  canvas.height = height;
  canvas.getContext('2d')?.putImageData(new ImageData(data, width, height), 0, 0);
}

export async function pngOf({ width, height, data }: Pixels): Promise<Blob> {
  const context = contextOf(width, height);
  context.putImageData(new ImageData(data, width, height), 0, 0);
  return await new Promise((resolve, reject) => {
    context.canvas.toBlob((blob) => {
      if (blob === null) reject(new Error('The canvas could not be read'));
      else resolve(blob);
    }, 'image/png');
  });
}

function contextOf(width: number, height: number): CanvasRenderingContext2D {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null) throw new Error('This browser draws nothing');
  return context;
}

export type CutoutMessage =
  | { readonly progress: number }
  | { readonly picture: Pixels }
  | { readonly failure: string };

/** Cuts out on this device, beside the page. Rejects with an error named as the tool's. */
export async function cutOutHere(
  picture: Pixels,
  { rectangle, onProgress }: { rectangle: Rectangle; onProgress: (share: number) => void },
): Promise<Pixels> {
  const worker = new Worker(new URL('./cutout-worker.ts', import.meta.url), { type: 'module' });
  try {
    return await new Promise<Pixels>((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<CutoutMessage>) => {
        if ('progress' in data) onProgress(data.progress);
        else if ('picture' in data) resolve(data.picture);
        else reject(Object.assign(new Error(data.failure), { name: data.failure }));
      };
      worker.onerror = () => reject(new Error('The cutout could not be started'));
      const { width, height, data } = picture;
      worker.postMessage({ picture: { width, height, data }, rectangle });
    });
  } finally {
    worker.terminate();
  }
}

/** Gives the browser a file to keep. */
export function keepFile(name: string, file: Blob): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // Not at once: some browsers read it only after this turn.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
