import type { Message } from '@drawdown/client/react';

/** A sentence for each key. */
export type Catalogue<Key extends string> = Readonly<Record<Key, Message>>;
