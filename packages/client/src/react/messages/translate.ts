import { createElement, Fragment, type ReactNode } from 'react';
import type { Format } from '../format.ts';
import type { english } from './english.ts';
import type { first } from './english-first.ts';
import type { Message } from './words.ts';

export type MessageKey = keyof typeof english;
export type Messages = Record<MessageKey, Message>;
/** At least what the first view of Profile → Credits says. */
export type FirstMessages = Record<keyof typeof first, Message> & Partial<Messages>;

export interface Translate<Key extends string = MessageKey> {
  /** The sentence with its places filled; numbers as the language writes them. */
  (key: Key, values?: Readonly<Record<string, string | number>>): string;
  /** The same with elements in its places. */
  rich(key: Key, values: Readonly<Record<string, ReactNode>>): ReactNode;
}

const PLACE = /\{(\w+)\}/;
/** A place with the full stop behind it: what ends in one itself, as a month cut short, needs no second. */
const STOPPED = /\{(\w+)\}(\.?)/g;

/** Of the components' own messages, or of a page's. A word that is not there yet is said by nothing. */
export function createTranslate<Key extends string>(
  messages: Readonly<Record<Key, Message>>,
  format: Format,
): Translate<Key> {
  // A name or a date that is written the other way must not turn what stands around it.
  const isolated = (text: string): string => (format.isRightToLeft ? `\u2068${text}\u2069` : text);
  const sentence = (key: Key, count: unknown): string => {
    const message: Message | undefined = messages[key];
    if (message === undefined) return '';
    if (typeof message === 'string') return message;
    return message[format.plural(typeof count === 'number' ? count : 0)] ?? message.other;
  };
  const translate = (key: Key, values: Readonly<Record<string, string | number>> = {}): string =>
    sentence(key, values.count).replaceAll(STOPPED, (place, name: string, stop: string) => {
      const value = values[name];
      const text = typeof value === 'number' ? format.credits(value) : value;
      return text === undefined ? place : `${isolated(text)}${text.endsWith('.') ? '' : stop}`;
    });
  const rich = (key: Key, values: Readonly<Record<string, ReactNode>>): ReactNode => {
    // Split by a pattern with one group, every second part is a place.
    const parts = sentence(key, values.count).split(PLACE);
    return parts.map((part, index) => {
      const content = index % 2 === 0 ? part : shown(values[part], format);
      return createElement(Fragment, { key: index }, content);
    });
  };
  return Object.assign(translate, { rich });
}

function shown(value: ReactNode, format: Format): ReactNode {
  return typeof value === 'number' ? format.credits(value) : value;
}
