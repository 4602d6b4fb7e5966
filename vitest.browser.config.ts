import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import shared from './vitest.config.ts';

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// The pages in a real Chromium, beside the tests that need none: `npm run test:browser`.
export default defineConfig({
  ...shared,
  test: {
    ...shared.test,
    globalSetup: [
      source('packages/engine/test/support/global-setup.ts'),
      source('apps/web/test/global-setup.ts'),
    ],
    include: ['apps/*/test/**/*.test.ts'],
    expect: { poll: { timeout: 15_000, interval: 20 } },
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Each file has a browser of its own, and two of them on two cores wait for each other.
    fileParallelism: false,
  },
});
