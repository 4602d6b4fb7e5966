/**
 * The pages for people: what `apps/web` was built into. Every file is a route of its own, found at the start, so that
 * no path of a request is ever looked up on the disk.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';

export interface PagesOptions {
  /** Of the built pages; where there is none, nothing is served. */
  readonly directory: string;
  /** Where pages ask for the session of the person who looks at them: a URL of the product; null: nowhere. */
  readonly sessionUrl: string | null;
  /** Products that are served as well: a page that names another one is not served. */
  readonly products: readonly string[];
}

/** Names of files below this folder carry a hash of what is in them. */
const HASHED = 'assets';
const A_YEAR_SECONDS = 31_536_000;
/** Pages that have addresses of their own below theirs, and show by themselves what is meant. */
const ROUTED: ReadonlySet<string> = new Set(['console']);

/** Serves `/` and `/credits` and whatever pages there are, with everything that they load. */
export async function registerPages(server: FastifyInstance, options: PagesOptions): Promise<void> {
  const { directory, sessionUrl, products } = options;
  if (!existsSync(join(directory, 'index.html'))) return;
  await server.register(fastifyStatic, {
    root: directory,
    wildcard: false,
    globIgnore: ['**/*.html', '**/*.br', '**/*.gz', '**/.*'],
    index: false,
    decorateReply: false,
    preCompressed: true,
    cacheControl: false,
    setHeaders: (reply, path) => {
      // A worker lives under the policy that its own file came with.
      if (/\.js(\.br|\.gz)?$/.test(path)) reply.header('content-security-policy', WORKER_POLICY);
      const isHashed = path.includes(`/${HASHED}/`);
      reply.header('cache-control', isHashed ? `public, max-age=${A_YEAR_SECONDS}, immutable` : 'no-cache');
    },
  });
  for (const file of readdirSync(directory).filter((name) => name.endsWith('.html'))) {
    const name = file.slice(0, -'.html'.length);
    const html = readFileSync(join(directory, file), 'utf8');
    const product = PRODUCT.exec(html)?.[1];
    if (product !== undefined && !products.includes(product)) continue;
    const page = {
      html: withSetting(html, options),
      policy: pagePolicy(sessionUrl),
    };
    addPage(server, name === 'index' ? '/' : `/${name}`, page);
    if (ROUTED.has(name)) addPage(server, `/${name}/*`, page);
  }
}

/** Small, and the same for everyone: kept, and sent again only to who has another. */
function addPage(
  server: FastifyInstance,
  url: string,
  { html, policy }: { html: string; policy: string },
): void {
  const etag = `"${createHash('sha256').update(html).digest('base64url').slice(0, 27)}"`;
  server.get(url, async (request, reply) => {
    reply.headers({ ...PAGE_HEADERS, 'content-security-policy': policy, etag });
    if (request.headers['if-none-match'] === etag) return reply.code(304).send();
    return reply.type('text/html; charset=utf-8').send(html);
  });
}

const PAGE_HEADERS = {
  'cache-control': 'no-cache',
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=()',
  'x-frame-options': 'SAMEORIGIN',
};

/** Nothing inline and nothing from elsewhere; pictures that a page makes itself have addresses of their own. */
function pagePolicy(sessionUrl: string | null): string {
  const product = sessionUrl === null ? '' : ` ${new URL(sessionUrl).origin}`;
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "media-src 'self' blob:",
    "font-src 'self'",
    `connect-src 'self'${product}`,
    "manifest-src 'self'",
    "worker-src 'self'",
    "frame-src 'self'",
    "frame-ancestors 'self'",
    "form-action 'self'",
    "base-uri 'none'",
  ].join('; ');
}

const WORKER_POLICY = "default-src 'none'; script-src 'self'; connect-src 'self'";

/** The product that a page belongs to; most belong to none. */
const PRODUCT = /<meta name="drawdown-product" content="([a-z]+)" \/>/;

/** What a page cannot know from its own file. */
function withSetting(html: string, { sessionUrl, products }: PagesOptions): string {
  const setting = { 'session-url': sessionUrl ?? '', products: products.join(' ') };
  return Object.entries(setting).reduce((page, [name, content]) => {
    const meta = (text: string): string => `<meta name="drawdown-${name}" content="${text}" />`;
    // Replaced by a function: a URL may hold what a replacement text gives a meaning to.
    return page.replace(meta(''), () => meta(escaped(content)));
  }, html);
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
