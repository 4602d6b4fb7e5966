/** The pages, and the studio's threads, as they are served: built where they are older than their sources. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

export default function setup(): void {
  // The studio's threads run what is built: to compile it for each of them would take longer than their work.
  const compiler = [
    path('../../../node_modules/typescript/bin/tsc'),
    '--build',
    path('../../../examples/studio'),
  ];
  execFileSync(process.execPath, compiler, { stdio: 'inherit' });
  execFileSync(process.execPath, [path('../build.js')], { stdio: 'inherit' });
}
