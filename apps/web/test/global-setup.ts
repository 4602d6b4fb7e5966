/** The pages as they are served: built where they are older than their sources. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export default function setup(): void {
  execFileSync(process.execPath, [fileURLToPath(new URL('../build.js', import.meta.url))], {
    stdio: 'inherit',
  });
}
