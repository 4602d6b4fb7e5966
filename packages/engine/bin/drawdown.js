#!/usr/bin/env -S node --max-semi-space-size=64
// A young generation of 64 MB halves what collecting garbage costs under load; `npm start` gives the same.
// Plain JavaScript, so that it is there before anything is built: in a fresh clone it says what to do.
import { existsSync } from 'node:fs';

const entry = new URL('../dist/cli.js', import.meta.url);

if (existsSync(entry)) {
  const { run } = await import(entry.href);
  await run();
} else {
  console.error(
    'drawdown is not built yet: run "npm run build" at the root of the repository (or "npm start").',
  );
  process.exitCode = 1;
}
