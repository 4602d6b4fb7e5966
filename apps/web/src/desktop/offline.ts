import { PICTURES } from '@drawdown/studio/pictures';
import { pictureUrl } from '../studio/pixels.ts';

/**
 * Lets the app open without a connection: its files are kept by a worker, from the first visit on, and the pictures that
 * its tools show, opened or not.
 */
export async function keepForOffline(): Promise<void> {
  if (!('serviceWorker' in navigator)) return;
  await navigator.serviceWorker.register('/desktop-worker.js', { scope: '/desktop' });
  const { active } = await navigator.serviceWorker.ready;
  const loaded = performance.getEntriesByType('resource').map(({ name }) => name);
  const pictures = PICTURES.map(({ id }) => new URL(pictureUrl(id), location.origin).href);
  active?.postMessage(
    [...new Set([...loaded, ...pictures])].filter((url) => new URL(url).origin === location.origin),
  );
}
