#!/usr/bin/env node
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
