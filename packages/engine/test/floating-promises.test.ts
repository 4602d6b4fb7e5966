import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript';
import { afterAll, expect, it } from 'vitest';
import { floatingPromises } from '../../../tools/floating-promises.ts';

const directory = mkdtempSync(join(tmpdir(), 'drawdown-lint-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** The marked lines are faults, and the others are not. */
const PLANTED = `
declare class Api { readonly bound: Other['save']; save(): Promise<void> }
declare class Other { save(): Promise<number> }
declare function later(work: () => void): void;
declare function soon(work: () => void | Promise<void>): void;
declare const api: Api;
declare const maybe: Api | undefined;
let kept: Promise<unknown>;
api.save(); // floating
api.bound(); // floating
maybe?.save(); // floating
api.save().then(() => 1); // floating
api.save().finally(() => undefined); // floating
[1, 2].map(() => api.save()); // floating
true && api.save(); // floating
later(async () => { await api.save(); }); // misused
void api.save();
await api.save();
kept = api.save();
api.save().catch(() => undefined);
api.save().then(() => 1, () => 2);
api.save().catch(() => undefined).finally(() => undefined);
soon(async () => { await api.save(); });
later(() => undefined);
export { kept };
`;

it('a promise that nobody waits for is found, and nothing else', () => {
  const file = join(directory, 'planted.ts');
  writeFileSync(file, PLANTED);
  const program = ts.createProgram([file], {
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.ESNext,
    strict: true,
    noEmit: true,
    types: [],
  });
  expect(ts.getPreEmitDiagnostics(program).map((one) => one.messageText)).toEqual([]);
  const expected = PLANTED.split('\n').flatMap((line, index) => {
    const kind = /\/\/ (floating|misused)$/.exec(line)?.[1];
    return kind === undefined ? [] : [{ line: index + 1, kind }];
  });
  expect(expected).toHaveLength(8);
  expect(floatingPromises(program).map(({ line, kind }) => ({ line, kind }))).toEqual(expected);
});
