/** Reads what a catalog file holds, whatever it is written in. */
import { readFile } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CatalogError } from './issue.ts';

/** The file's data, not yet validated. Throws `CatalogError` where it cannot be read or run. */
export async function readSource(file: string): Promise<unknown> {
  const path = resolve(file);
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new CatalogError(file, [{ path: '', message: `cannot be read: ${messageOf(error)}` }]);
  });
  switch (extname(path)) {
    case '.json':
      return parseJson(file, text);
    case '.js':
    case '.mjs':
      return importDefault(file, freshUrl(path));
    case '.ts':
    case '.mts':
      return importDefault(file, runsTypeScript() ? freshUrl(path) : await transpile(file, text));
    default:
      throw new CatalogError(file, [{ path: '', message: 'must be a .json, .js, .mjs, .ts or .mts file' }]);
  }
}

function parseJson(file: string, text: string): unknown {
  try {
    // A byte order mark is white space to editors and an error to JSON.parse.
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new CatalogError(file, [{ path: '', message: `is not JSON: ${messageOf(error)}` }]);
  }
}

/** Modules are cached by URL for the life of the process; a changed file must be read again. */
function freshUrl(path: string): string {
  const url = pathToFileURL(path);
  url.searchParams.set('read', String(performance.now()));
  return url.href;
}

async function importDefault(file: string, url: string): Promise<unknown> {
  let module: { default?: unknown };
  try {
    module = await import(/* @vite-ignore */ url);
  } catch (error) {
    throw new CatalogError(file, [{ path: '', message: `cannot be run: ${messageOf(error)}` }]);
  }
  if (module.default === undefined) {
    throw new CatalogError(file, [
      { path: '', message: 'has no default export; write `export default { … }`' },
    ]);
  }
  return module.default;
}

/** Node 22.18 and later strip types themselves. */
function runsTypeScript(): boolean {
  return Boolean((process.features as { typescript?: unknown }).typescript);
}

/**
 * Older versions of Node borrow the `typescript` package, where the product has it, and run the result from memory:
 * nothing is written beside the catalog. Such a module cannot import others, types aside.
 */
async function transpile(file: string, text: string): Promise<string> {
  const refuse = (message: string): never => {
    throw new CatalogError(file, [{ path: '', message }]);
  };
  const found = await importTypeScript();
  if (found === null) {
    return refuse(
      `this Node (${process.version}) does not run TypeScript: use Node 22.18 or later, install the package "typescript", or write the catalog as .mjs or .json`,
    );
  }
  const { outputText } = found.transpileModule(text, {
    compilerOptions: { target: found.ScriptTarget.ES2022, module: found.ModuleKind.ESNext },
  });
  if (found.preProcessFile(outputText).importedFiles.length > 0) {
    return refuse(
      'may import nothing but types on this version of Node: use Node 22.18 or later, or write the catalog as .mjs',
    );
  }
  return `data:text/javascript;base64,${Buffer.from(outputText).toString('base64')}`;
}

async function importTypeScript(): Promise<typeof import('typescript') | null> {
  try {
    return (await import('typescript')).default;
  } catch {
    return null;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
