// Builds the pages where they are older than what they are made of. Plain JavaScript, like the command that starts the
// server: it has to answer "nothing to do" before anything that takes time is loaded.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PAGES = join(ROOT, 'apps/web');
const OUT = join(ROOT, 'packages/engine/dist/pages');
const STAMP = join(OUT, '.stamp');
const INPUTS = ['apps/web', 'packages/client/src', 'examples/studio/src', 'package-lock.json'];

/** Less than this is not worth a second file. */
const WORTH_COMPRESSING = 512;

/**
 * Every page is a file here; a new one is found by itself. Pages that are built together share what they have in common,
 * and each then loads a little more than its own. Profile → Credits, whose first view is held to a size, shares nothing.
 */
function passes() {
  const pages = readdirSync(PAGES).filter((name) => name.endsWith('.html'));
  return [['credits.html'], pages.filter((name) => name !== 'credits.html')];
}

/** @returns {string[]} */
function filesOf(/** @type {string} */ path) {
  if (!statSync(join(ROOT, path)).isDirectory()) return [path];
  return readdirSync(join(ROOT, path))
    .filter((name) => name !== 'node_modules' && name !== 'dist' && !name.endsWith('.test.ts'))
    .sort()
    .flatMap((name) => filesOf(`${path}/${name}`));
}

function fingerprint() {
  const hash = createHash('sha256');
  for (const file of INPUTS.flatMap(filesOf)) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(ROOT, file)))
      .update('\0');
  }
  return hash.digest('hex');
}

function compress() {
  const names = readdirSync(OUT, { recursive: true, encoding: 'utf8' });
  for (const name of names.filter((one) => /\.(js|css|svg|json|webmanifest)$/.test(one))) {
    const file = join(OUT, name);
    const text = readFileSync(file);
    if (text.length < WORTH_COMPRESSING) continue;
    writeFileSync(`${file}.gz`, gzipSync(text, { level: 9 }));
    writeFileSync(
      `${file}.br`,
      brotliCompressSync(text, {
        params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY },
      }),
    );
  }
}

const wanted = fingerprint();
const isFresh = existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wanted;
if (!isFresh) {
  const began = performance.now();
  // Whoever builds while testing would get React's own checks as well, and twice the size.
  process.env.NODE_ENV = 'production';
  const { build } = await import('vite');
  for (const [index, pages] of passes().entries()) {
    await build({
      configFile: fileURLToPath(new URL('vite.config.ts', import.meta.url)),
      logLevel: 'warn',
      build: { emptyOutDir: index === 0, rolldownOptions: { input: pages.map((name) => join(PAGES, name)) } },
    });
  }
  compress();
  writeFileSync(STAMP, wanted);
  console.log(`pages built in ${((performance.now() - began) / 1000).toFixed(1)} s`);
}
