/** Reads server-sent events in tests, frame by frame. */
import { SECRET } from './support.ts';

export interface Frame {
  id?: string;
  event?: string;
  comment?: string;
  data?: unknown;
}

export interface EventReader {
  status: number;
  headers: Headers;
  /** The next `count` events, comments left out. */
  take(count: number): Promise<Frame[]>;
  /** The next frame of any kind; null at the end. */
  next(): Promise<Frame | null>;
  close(): Promise<void>;
}

export async function readEvents(
  url: string,
  { as = SECRET, headers = {} }: { as?: string | null; headers?: Record<string, string> } = {},
): Promise<EventReader> {
  const controller = new AbortController();
  const response = await fetch(url, {
    headers: { ...(as === null ? {} : { authorization: `Bearer ${as}` }), ...headers },
    signal: controller.signal,
  });
  const frames = framesOf(response.body ?? new ReadableStream());
  const next = async () => (await frames.next()).value ?? null;
  return {
    status: response.status,
    headers: response.headers,
    next,
    take: async (count) => {
      const events: Frame[] = [];
      while (events.length < count) {
        const frame = await next();
        if (frame === null) break;
        if (frame.event !== undefined) events.push(frame);
      }
      return events;
    },
    close: async () => {
      controller.abort();
      await frames.return(undefined).catch(() => undefined);
    },
  };
}

async function* framesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Frame, undefined> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true });
    const parts = text.split('\n\n');
    text = parts.pop() ?? '';
    for (const part of parts) yield frameOf(part);
  }
  return undefined;
}

function frameOf(part: string): Frame {
  const frame: Frame = {};
  for (const line of part.split('\n')) {
    if (line.startsWith(':')) frame.comment = line.slice(1).trim();
    if (line.startsWith('id: ')) frame.id = line.slice(4);
    if (line.startsWith('event: ')) frame.event = line.slice(7);
    if (line.startsWith('data: ')) frame.data = JSON.parse(line.slice(6));
  }
  return frame;
}
