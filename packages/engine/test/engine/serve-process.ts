/** A server process of its own, told by its environment: for tests that need two, or one to kill. */
import { readConfig } from '../../src/config.ts';
import { serve } from '../../src/serve.ts';

process.exitCode = await serve(readConfig(), (line) => console.log(line));
