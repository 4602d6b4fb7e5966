import { readFileSync } from 'node:fs';

/** Of this package; the file lies at the same distance from the sources and from what is built of them. */
export const version: string = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
).version;
