import { type ReactNode, useMemo } from 'react';
import { english } from './messages/english.ts';
import type { Messages } from './messages/translate.ts';
import type { Message } from './messages/words.ts';
import { SpokenProvider, type SpokenProviderProps } from './provider.tsx';

export interface DrawdownProviderProps extends Omit<SpokenProviderProps, 'messages' | 'allMessages'> {
  /** The words, some or all; what is missing is English. `refused.` and any code of the server's says what was refused with it. */
  messages?: Partial<Messages> & { readonly [code: `refused.${string}`]: Message };
}

/** Gives everything below it one client, one account, one language. Changing the account changes all of it. */
export function DrawdownProvider({ messages, ...props }: DrawdownProviderProps): ReactNode {
  const words = useMemo(() => ({ ...english, ...messages }), [messages]);
  return <SpokenProvider {...props} messages={words} />;
}
