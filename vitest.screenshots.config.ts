import { defineConfig } from 'vitest/config';
import browser from './vitest.browser.config.ts';

// Pictures for the documents, made anew: `npm run screenshots`. Look at them before you commit them.
export default defineConfig({
  ...browser,
  test: { ...browser.test, include: ['apps/*/shots/**/*.test.ts'] },
});
