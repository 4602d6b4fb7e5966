import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

// The compiler takes twelve seconds of work for the sources of a server, and tests start dozens of servers: what it made of a file
// is kept by what stands in the file, so that only the first process of a checkout waits for it.
const KEPT = fileURLToPath(new URL('../../../../node_modules/.cache/drawdown-typescript/', import.meta.url));
const require = createRequire(import.meta.url);
const { version } = require('typescript/package.json');
mkdirSync(KEPT, { recursive: true });

export function compile(fileName, options) {
  const text = readFileSync(fileName, 'utf8');
  const told = `${version}\n${JSON.stringify(options)}\n${fileName}\n${text}`;
  const kept = `${KEPT}${createHash('sha256').update(told).digest('hex')}.mjs`;
  try {
    return readFileSync(kept, 'utf8');
  } catch {
    const ts = require('typescript');
    const { outputText } = ts.transpileModule(text, {
      fileName,
      compilerOptions: { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext, ...options },
    });
    // Processes that start together write the same; none reads half of it.
    const own = `${kept}.${randomBytes(6).toString('hex')}`;
    writeFileSync(own, outputText);
    renameSync(own, kept);
    return outputText;
  }
}
