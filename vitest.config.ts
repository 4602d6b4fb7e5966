import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// Where `.ci/run` wants the numbers as well as the words.
const report = process.env.DRAWDOWN_TEST_REPORT;

// Tests run from source: the two packages by name mean their own entry files, not what was last built.
export default defineConfig({
  resolve: {
    alias: [
      { find: /^@drawdown\/client$/, replacement: source('packages/client/src/index.ts') },
      {
        find: /^@drawdown\/client\/react$/,
        replacement: source('packages/client/src/react/index.ts'),
      },
      { find: /^drawdown$/, replacement: source('packages/engine/src/index.ts') },
    ],
  },
  test: {
    environment: 'node',
    reporters: report === undefined ? ['default'] : ['default', ['json', { outputFile: report }]],
    globalSetup: [source('packages/engine/test/support/global-setup.ts')],
    // Much of the suite waits for processes of its own, so a machine of two processors has work for two workers.
    maxWorkers: Number(process.env.VITEST_MAX_WORKERS ?? Math.max(2, availableParallelism() - 1)),
    testTimeout: 30_000,
    hookTimeout: 30_000,
    include: [
      'packages/*/src/**/*.test.ts',
      'packages/*/test/**/*.test.ts',
      'examples/*/test/**/*.test.ts',
      'bench/**/*.test.ts',
    ],
  },
});
