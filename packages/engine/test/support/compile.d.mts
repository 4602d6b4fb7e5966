import type { CompilerOptions } from 'typescript';

/** A source file as JavaScript, its types stripped; `options` beyond the level of the language. */
export function compile(fileName: string, options: CompilerOptions): string;
