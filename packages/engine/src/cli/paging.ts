/** Lists that are longer than one answer: where a page begins, and where the next one does. */
import type { Page } from '@drawdown/client';
import { type OptionFlags, type Options, stated } from './command.ts';

export const CURSOR_OPTION: OptionFlags = ['--cursor <cursor>', 'the page that begins there'];

/** As many as one answer holds, from where the option says. */
export function pageOption(options: Options): { limit: number; cursor?: string } {
  return { limit: 200, ...stated({ cursor: options.text('cursor') }) };
}

/** The page as text, and how to go on; `none` where there is nothing on it. */
export function pageText<T>(page: Page<T>, none: string, text: (data: readonly T[]) => string): string {
  if (page.data.length === 0) return none;
  const more = page.next_cursor === null ? [] : ['', `More: --cursor ${page.next_cursor}`];
  return [text(page.data), ...more].join('\n');
}
