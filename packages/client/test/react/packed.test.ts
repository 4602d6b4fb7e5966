/**
 * The package as a product has it: packed, in a `node_modules` of its own, with the product's React, of either version,
 * and nothing else of this repository. It is type-checked, rendered on a server and bundled from there.
 */
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build, type Rolldown } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const PACKAGE = fileURLToPath(new URL('../../', import.meta.url));
const ROOT = join(PACKAGE, '../..');
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');

let product: string;
const packed = (): string => join(product, 'node_modules/@drawdown/client');
const write = (name: string, text: string): void => writeFileSync(join(product, name), text);

beforeAll(() => {
  product = mkdtempSync(join(tmpdir(), 'drawdown-product-'));
  mkdirSync(packed(), { recursive: true });
  const options = ['--outDir', join(packed(), 'dist'), '--tsBuildInfoFile', join(product, 'build')];
  execFileSync(process.execPath, [TSC, '-p', PACKAGE, ...options]);
  const { files } = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8')) as { files: string[] };
  for (const name of ['package.json', ...files.filter((file) => file !== 'dist')]) {
    cpSync(join(PACKAGE, name), join(packed(), name), { recursive: true });
  }
  for (const name of ['scheduler', 'csstype', '@types/prop-types']) link(name, join(ROOT, 'node_modules'));
  takeReact(19);
  write('package.json', '{ "type": "module" }');
}, 120_000);

afterAll(() => rmSync(product, { recursive: true }));

function link(name: string, from: string): void {
  const to = join(product, 'node_modules', name);
  mkdirSync(dirname(to), { recursive: true });
  rmSync(to, { force: true });
  symlinkSync(join(from, name), to);
}

/** Gives the product the React of that version, and its types. */
function takeReact(version: 18 | 19): void {
  const from = join(ROOT, version === 18 ? 'apps/react-18/node_modules' : 'node_modules');
  for (const name of ['react', 'react-dom', '@types/react', '@types/react-dom']) link(name, from);
}

/** What its `package.json` lets a product import. */
function entries(): string[] {
  const { exports } = JSON.parse(readFileSync(join(packed(), 'package.json'), 'utf8')) as {
    exports: Record<string, unknown>;
  };
  return Object.keys(exports).map((path) => `@drawdown/client${path.slice(1)}`);
}

describe('its types', () => {
  it.each([
    ['bundler', 'esnext', 19],
    ['nodenext', 'nodenext', 18],
  ] as const)(
    'are found and hold with moduleResolution %s and module %s, with React %i, style sheet and all',
    (moduleResolution, module, react) => {
      takeReact(react);
      const imports = entries().map((path, index) =>
        path.endsWith('.css')
          ? `import '${path}';`
          : `import * as a${index} from '${path}';\nvoid a${index};`,
      );
      write(
        'types.tsx',
        `${imports.join('\n')}
import { createClient } from '@drawdown/client';
import { CostButton, CreditsBadge, DrawdownProvider } from '@drawdown/client/react';
const client = createClient({ url: 'https://credits.example.com', token: async () => 'token' });
export const App = () => (
  <DrawdownProvider client={client} account="u_1">
    <CreditsBadge />
    <CostButton feature="ai_script" onSpent={({ operation }) => console.log(operation.amount)}>Generate</CostButton>
    {/* @ts-expect-error: a button has to say what it is for */}
    <CostButton onSpent={() => undefined}>Generate</CostButton>
  </DrawdownProvider>
);
`,
      );
      const compilerOptions = {
        strict: true,
        noEmit: true,
        target: 'es2022',
        lib: ['es2022', 'dom', 'dom.iterable'],
        jsx: 'react-jsx',
        module,
        moduleResolution,
        noUncheckedSideEffectImports: true,
        // Its declarations too, not only what is asked of them.
        skipLibCheck: false,
        types: [],
      };
      write('tsconfig.json', JSON.stringify({ compilerOptions, files: ['types.tsx'] }));
      expect(run([TSC, '-p', '.'])).toBe('');
    },
    60_000,
  );
});

/** Runs Node in the product; what it printed, where it failed as well. */
function run(args: string[]): string {
  try {
    return execFileSync(process.execPath, args, { cwd: product, encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    return `${stdout}${stderr}`;
  }
}

it.each([18, 19] as const)(
  'renders on a server, where there is no window, what is there before the first answer: React %i',
  (react) => {
    takeReact(react);
    write(
      'server.js',
      `import { createElement, StrictMode, version } from 'react';
import { renderToString } from 'react-dom/server';
import { createPersonClient } from '@drawdown/client';
import * as parts from '@drawdown/client/react';
const fetch = () => { throw new Error('asked while rendering'); };
const client = createPersonClient({ url: 'https://credits.example.com', token: 'token', fetch });
const none = () => undefined;
const props = {
  AccountSwitch: { teams: ['t_1'], onChange: none },
  CostButton: { feature: 'ai_script', children: 'Generate', onSpent: none },
  CreditsBadge: { href: '/credits' },
  OpenOnWeb: { feature: 'ai_script' },
};
const names = ['CreditsPage', 'CreditsBadge', 'CostButton', 'OpenOnWeb', 'AccountSwitch', 'AtRisk', 'CheckoutNote',
  'HistorySection', 'HistoryTable', 'Invite', 'OrderStrip', 'PackPicker', 'PlanPicker', 'RedeemForm', 'TeamSection', 'Timeline', 'UsageSection'];
const rendered = names.map((name) => {
  const part = createElement(parts[name], props[name] ?? {});
  const page = createElement(parts.DrawdownProvider, { client, account: 'u_1' }, part);
  return [name, renderToString(createElement(StrictMode, null, page))];
});
console.log(JSON.stringify({ version, ...Object.fromEntries(rendered) }));
`,
    );
    const html = JSON.parse(run(['server.js'])) as Record<string, string>;
    expect(html.version).toMatch(new RegExp(`^${react}\\.`));
    expect(html.CreditsPage).toContain('dd-skeleton');
    expect(html.CreditsBadge).toMatch(/^<a class="dd-badge"[^>]*href="\/credits"/);
    expect(html.CostButton).toContain('Generate');
    expect(html.RedeemForm).toContain('<form');
  },
);

/** The chunks that are there before anything is opened. */
async function bundled(source: string): Promise<{ modules: string[]; bytes: number }> {
  write('entry.js', source);
  const result = await build({
    root: product,
    configFile: false,
    logLevel: 'warn',
    resolve: { preserveSymlinks: true },
    build: {
      write: false,
      lib: { entry: join(product, 'entry.js'), formats: ['es'] },
      rolldownOptions: { external: /^react(-dom)?($|\/)/ },
    },
  });
  const { output } = (Array.isArray(result) ? result[0] : result) as Rolldown.RolldownOutput;
  const chunks = output.filter((one) => one.type === 'chunk');
  const first = chunks.find(({ isEntry }) => isEntry);
  if (first === undefined) throw new Error('no entry');
  const code = [first, ...chunks.filter(({ fileName }) => first.imports.includes(fileName))];
  return {
    modules: code.flatMap(({ moduleIds }) => moduleIds).map((id) => id.split('/dist/').at(-1) ?? ''),
    bytes: code.reduce((sum, { code: text }) => sum + gzipSync(text).length, 0),
  };
}

it('brings along what is used of it: the badge is not the page', async () => {
  const badge = await bundled(
    "export { createPersonClient } from '@drawdown/client';\nexport { CreditsBadge, SpokenProvider } from '@drawdown/client/react';",
  );
  expect(badge.modules).toContain('react/credits-badge.js');
  const strangers = badge.modules.filter((name) =>
    /page|card|dialog|history|messages\/english|timeline|picker/.test(name),
  );
  expect(strangers).toEqual([]);
  expect(badge.bytes).toBeLessThan(12_000);
}, 60_000);

/** React 18.0, which is what the package says it needs, has these of what is imported by name. */
const OF_REACT_18 = new Set(
  `Children Component Fragment Suspense StrictMode cloneElement createContext createElement createRef forwardRef lazy
  memo startTransition useCallback useContext useDebugValue useDeferredValue useEffect useId useImperativeHandle
  useInsertionEffect useLayoutEffect useMemo useReducer useRef useState useSyncExternalStore useTransition`.split(
    /\s+/,
  ),
);

it('asks of React what version 18 has', () => {
  const src = join(PACKAGE, 'src/react');
  const faults = readdirSync(src)
    .filter((name) => /\.tsx?$/.test(name))
    .flatMap((name) => {
      const text = readFileSync(join(src, name), 'utf8');
      const names = [...text.matchAll(/^import \{([^}]*)\} from 'react';$/gm)]
        .flatMap(([, list = '']) => list.split(',').map((one) => one.trim()))
        .filter((one) => one !== '' && !one.startsWith('type ') && !OF_REACT_18.has(one));
      // A context that is rendered itself, and a ref that is handed on as a property, are of React 19.
      return [...names, ...(text.match(/<\w*Context(?= value)|ref\??: (?:React\.)?Ref</g) ?? [])].map(
        (fault) => `${name}: ${fault}`,
      );
    });
  expect(faults).toEqual([]);
});
