import { expect, test } from 'vitest';
import { csvOf } from './csv.ts';

test('RFC 4180: quoted where it must be, every line ended', () => {
  expect(
    csvOf([
      ['a', 'b'],
      ['x,y', 'say "hi"'],
      ['one\ntwo', null],
      [-1.5, 0],
    ]),
  ).toBe('a,b\r\n"x,y","say ""hi"""\r\n"one\ntwo",\r\n-1.5,0\r\n');
});

test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\r=1'])('%j is text, not a formula', (text) => {
  expect(csvOf([[text]])).toMatch(/^"?'/);
});
