/** What `drawdown serve --with @drawdown/studio/product` loads. */
import type { Product } from 'drawdown';
import { createStudio } from './studio.ts';

export const product: Product = createStudio({ program: new URL('./worker.js', import.meta.url) });
