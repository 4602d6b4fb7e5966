import type { Tool } from '@drawdown/studio/wire';

export const TOOLS: readonly Tool[] = ['script', 'cutout', 'export'];
