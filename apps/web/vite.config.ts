import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** What the pages use of the studio: its tools, which run in a browser too. */
const STUDIO = {
  cutout: 'cutout/cutout.ts',
  pictures: 'pictures/pictures.ts',
  script: 'script/script.ts',
  templates: 'export/templates.ts',
  wire: 'wire.ts',
};

export default defineConfig({
  root: here('.'),
  // Into the server's package, which serves it.
  build: {
    outDir: here('../../packages/engine/dist/pages'),
    emptyOutDir: true,
    target: 'baseline-widely-available',
    rolldownOptions: {
      // Libraries mark what runs in a browser, for servers that render pages; nothing here is rendered on one.
      onLog: (level, log, say) => {
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') say(level, log);
      },
    },
    // Pictures in data URLs would be allowed by the policy, but cannot be cached by themselves.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  resolve: {
    alias: [
      ...Object.entries(STUDIO).map(([name, path]) => ({
        find: `@drawdown/studio/${name}`,
        replacement: here(`../../examples/studio/src/${path}`),
      })),
      { find: /^@drawdown\/client$/, replacement: here('../../packages/client/src/index.ts') },
      { find: /^@drawdown\/client\/react$/, replacement: here('../../packages/client/src/react/index.ts') },
      {
        find: /^@drawdown\/client\/react\/((?:english|german)(?:-first)?)$/,
        replacement: here('../../packages/client/src/react/messages/$1.ts'),
      },
      {
        find: /^@drawdown\/client\/react\/styles.css$/,
        replacement: here('../../packages/client/src/react/styles.css'),
      },
    ],
  },
  // `npm run dev -w apps/web` beside a running server: the pages are rebuilt as they are edited, the rest is asked of it.
  server: {
    proxy: Object.fromEntries(
      ['/v1', '/demonstration', '/checkout', '/docs', '/openapi.json', '/studio/'].map((path) => [
        path,
        { target: 'http://127.0.0.1:4400' },
      ]),
    ),
  },
});
