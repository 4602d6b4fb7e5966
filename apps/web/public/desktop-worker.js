// The desktop app without a connection: its page and what that loads are kept here, as they were last fetched. What the
// server says about credits is never kept: without a connection nobody knows it.
const CACHE = 'drawdown-desktop';
const PAGE = '/desktop';
const ALWAYS = [PAGE, '/before-paint.js', '/favicon.svg', '/desktop.webmanifest', '/icon-192.png'];

const isKept = (/** @type {URL} */ { pathname }) =>
  pathname.startsWith('/assets/') || pathname.startsWith('/studio/pictures/') || ALWAYS.includes(pathname);

self.addEventListener('install', (event) => {
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) => cache.addAll(ALWAYS))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== self.location.origin) return;
  if (request.mode === 'navigate') event.respondWith(newest(request));
  else if (isKept(url)) event.respondWith(kept(request));
});

// The page itself: from the server where there is one, so that a new release is seen at once.
async function newest(request) {
  const cache = await caches.open(CACHE);
  try {
    const response = await fetch(request);
    if (response.ok) await cache.put(PAGE, response.clone());
    return response;
  } catch {
    return (await cache.match(PAGE)) ?? Response.error();
  }
}

// What has a hash in its name never changes.
async function kept(request) {
  const cache = await caches.open(CACHE);
  const known = await cache.match(request, { ignoreVary: true });
  if (known !== undefined) return known;
  const response = await fetch(request);
  if (response.ok) await cache.put(request, response.clone());
  return response;
}

// The page says what it has loaded before this worker was there; assets of earlier releases go.
self.addEventListener('message', (event) => {
  event.waitUntil(keepThese(event.data));
});

async function keepThese(urls) {
  const cache = await caches.open(CACHE);
  for (const request of await cache.keys()) {
    const { pathname, href } = new URL(request.url);
    if (pathname.startsWith('/assets/') && !urls.includes(href)) await cache.delete(request);
  }
  await Promise.all(
    urls
      .filter((url) => isKept(new URL(url)))
      .map(async (url) => (await cache.match(url, { ignoreVary: true })) ?? cache.add(url)),
  );
}
