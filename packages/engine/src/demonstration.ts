/** The accounts that a new server has to play with, and the mark by which they are known. */
import type { Metadata } from '@drawdown/client';

/** Marks an account as made for demonstration, so that a product's own account of the same name is left alone. */
export const DEMONSTRATION_MARK = 'made_for_demonstration';

export function isDemonstration(metadata: Metadata): boolean {
  return metadata[DEMONSTRATION_MARK] === true;
}
