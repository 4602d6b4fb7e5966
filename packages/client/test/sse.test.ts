import { describe, expect, it } from 'vitest';
import { createSseParser, type ServerSentEvent } from '../src/sse.ts';

/** Every way to cut the bytes in pieces of one size must give the same events. */
function parse(text: string, pieceSize: number): ServerSentEvent[] {
  const bytes = new TextEncoder().encode(text);
  const parser = createSseParser();
  const events: ServerSentEvent[] = [];
  for (let at = 0; at < bytes.length; at += pieceSize)
    events.push(...parser.push(bytes.slice(at, at + pieceSize)));
  return events;
}

const cases: [name: string, text: string, expected: ServerSentEvent[]][] = [
  ['one event', 'event: entry\nid: 5\ndata: {}\n\n', [{ event: 'entry', data: '{}', id: '5' }]],
  ['CRLF', 'event: entry\r\nid: 5\r\ndata: {}\r\n\r\n', [{ event: 'entry', data: '{}', id: '5' }]],
  ['CR alone', 'event: entry\rid: 5\rdata: {}\r\r', [{ event: 'entry', data: '{}', id: '5' }]],
  ['several data lines', 'data: a\ndata: b\ndata\n\n', [{ event: 'message', data: 'a\nb\n', id: '' }]],
  ['comments', ': heartbeat\n\n:\ndata: x\n: more\n\n', [{ event: 'message', data: 'x', id: '' }]],
  ['a byte order mark', '\uFEFFdata: x\n\n', [{ event: 'message', data: 'x', id: '' }]],
  ['UTF-8 of 2, 3 and 4 bytes', 'data: é€🪙\n\n', [{ event: 'message', data: 'é€🪙', id: '' }]],
  ['only one space is taken off', 'data:  x\ndata:y\n\n', [{ event: 'message', data: ' x\ny', id: '' }]],
  [
    'an id stays for later events',
    'id: 7\ndata: a\n\ndata: b\n\n',
    [
      { event: 'message', data: 'a', id: '7' },
      { event: 'message', data: 'b', id: '7' },
    ],
  ],
  [
    'an event name does not stay',
    'event: e\ndata: a\n\ndata: b\n\n',
    [
      { event: 'e', data: 'a', id: '' },
      { event: 'message', data: 'b', id: '' },
    ],
  ],
  [
    'an event without data is none',
    'event: e\nid: 3\n\ndata: b\n\n',
    [{ event: 'message', data: 'b', id: '3' }],
  ],
  ['an event cut off by the end', 'data: a\n\ndata: lost\n', [{ event: 'message', data: 'a', id: '' }]],
  ['unknown fields', 'foo: bar\ndata: x\nnonsense\n\n', [{ event: 'message', data: 'x', id: '' }]],
  ['an id with NUL is passed over', 'id: 1\0\ndata: x\n\n', [{ event: 'message', data: 'x', id: '' }]],
];

describe('server-sent events', () => {
  it.each(cases)('%s, cut anywhere', (_name, text, expected) => {
    for (const size of [1, 2, 3, 5, 7, 1000]) expect(parse(text, size)).toEqual(expected);
  });

  it('tells an event as soon as it is whole, also when its last line ends in CR', () => {
    const parser = createSseParser();
    expect(parser.push(new TextEncoder().encode('data: x\r\n\r'))).toHaveLength(1);
    expect(parser.push(new TextEncoder().encode('\ndata: y\n\n'))).toEqual([
      { event: 'message', data: 'y', id: '' },
    ]);
  });

  it('reads the retry pause and refuses an endless event', () => {
    const parser = createSseParser();
    parser.push(new TextEncoder().encode('retry: 2500\nretry: soon\n\n'));
    expect(parser.retryMs).toBe(2500);
    const flood = new TextEncoder().encode('x'.repeat(1024 * 1024));
    expect(() => {
      for (let i = 0; i < 10; i++) parser.push(flood);
    }).toThrow(/too large/);
  });
});
