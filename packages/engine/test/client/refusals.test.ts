/** Whatever the server refuses is said in the person's language: its own sentences are for whoever wrote the page. */
import { DrawdownApiError, DrawdownTokenError } from '@drawdown/client';
import { describe, expect, it } from 'vitest';
import { failureText } from '../../../client/src/react/failure.tsx';
import { createFormat } from '../../../client/src/react/format.ts';
import { english } from '../../../client/src/react/messages/english.ts';
import { first } from '../../../client/src/react/messages/english-first.ts';
import { refused } from '../../../client/src/react/messages/english-refused.ts';
import { german } from '../../../client/src/react/messages/german.ts';
import { createTranslate, type Messages } from '../../../client/src/react/messages/translate.ts';
import { DrawdownError, PROBLEMS, type ProblemCode } from '../../src/errors.ts';

const CODES = Object.keys(PROBLEMS) as ProblemCode[];
const refusalOf = (code: ProblemCode) =>
  new DrawdownApiError(new DrawdownError(code, 'THE SERVER SAYS').toProblem(), null);
const said = (messages: Messages) => {
  const t = createTranslate(messages, createFormat({ locale: 'en' }));
  return new Map(CODES.map((code) => [code, failureText(refusalOf(code), t)]));
};

describe('a refusal', () => {
  it.each([
    ['English', english],
    ['German', german],
  ])('is said in %s, whichever it is', (_language, messages) => {
    for (const [code, text] of said(messages)) {
      expect(text, code).not.toBe('');
      expect(text, code).not.toContain('THE SERVER SAYS');
      if (messages === german) expect(Object.values(english), code).not.toContain(text);
    }
  });

  it('has words of its own for no code that there is not', () => {
    for (const key of Object.keys(refused)) expect(CODES).toContain(key.slice('refused.'.length));
  });

  it('is said in general before its own words are there', () => {
    expect(said(first as Messages).get('account_closed')).toBe('This did not work.');
    expect(said(english).get('account_closed')).toBe('This account is closed.');
  });

  it('is said in the product’s words, for any code', () => {
    const own = { ...english, 'refused.key_not_found': 'No key', 'refused.account_closed': 'Gone' };
    expect(said(own).get('key_not_found')).toBe('No key');
    expect(said(own).get('account_closed')).toBe('Gone');
  });

  it('to give a token says that it is the session', () => {
    const t = createTranslate(german, createFormat({ locale: 'de' }));
    expect(failureText(new DrawdownTokenError(new Error('503')), t)).toBe(german['failure.no_session']);
  });
});
