// `node --import <this file> some.ts` runs TypeScript sources as they are, for tests that need a process of their own
// (to kill it, or to have two servers). Types are stripped by the compiler that the repository has anyway.
import { register } from 'node:module';

register('./typescript-hooks.mjs', import.meta.url);
