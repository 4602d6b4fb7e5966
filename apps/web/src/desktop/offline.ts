/** Lets the app open without a connection: its files are kept by a worker, from the first visit on. */
export async function keepForOffline(): Promise<void> {
  if (!('serviceWorker' in navigator)) return;
  await navigator.serviceWorker.register('/desktop-worker.js', { scope: '/desktop' });
  const { active } = await navigator.serviceWorker.ready;
  const loaded = performance.getEntriesByType('resource').map(({ name }) => name);
  active?.postMessage([...new Set(loaded)].filter((url) => new URL(url).origin === location.origin));
}
