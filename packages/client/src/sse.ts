/** One event as it stood on the stream: `event` is "message" where none was named. */
export interface ServerSentEvent {
  event: string;
  data: string;
  /** The last id seen on this stream, this event's own included. */
  id: string;
}

/** No event of Drawdown comes near this; a stream that exceeds it is not one of ours and must not fill memory. */
const MAX_BUFFERED = 8 * 1024 * 1024;

/**
 * Parses a `text/event-stream` body by the rules of the HTML standard: chunks may be cut anywhere, also inside a
 * character or between CR and LF; lines end in LF, CR or CRLF; a byte order mark and comments are passed over;
 * several data lines are joined by LF; an event that the end of the stream cut off is dropped.
 * `push` takes the next bytes and answers the events that they complete.
 */
export function createSseParser(): {
  push(chunk: Uint8Array): ServerSentEvent[];
  readonly retryMs: number | null;
} {
  const decoder = new TextDecoder();
  let buffered = '';
  let scannedTo = 0;
  let lastWasCarriageReturn = false;
  let event = '';
  let data: string[] = [];
  let dataLength = 0;
  let id = '';
  let retryMs: number | null = null;

  const onLine = (line: string, complete: ServerSentEvent[]): void => {
    if (line === '') {
      if (data.length > 0)
        complete.push({ event: event === '' ? 'message' : event, data: data.join('\n'), id });
      event = '';
      data = [];
      dataLength = 0;
      return;
    }
    const colon = line.indexOf(':');
    if (colon === 0) return;
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (field === 'data') {
      data.push(value);
      dataLength += value.length;
    } else if (field === 'event') event = value;
    else if (field === 'id' && !value.includes('\0')) id = value;
    else if (field === 'retry' && /^[0-9]{1,9}$/.test(value)) retryMs = Number(value);
  };

  return {
    push(chunk) {
      const complete: ServerSentEvent[] = [];
      let text = decoder.decode(chunk, { stream: true });
      if (text === '') return complete;
      if (lastWasCarriageReturn && text.startsWith('\n')) text = text.slice(1);
      lastWasCarriageReturn = false;
      buffered += text;
      let start = 0;
      for (let at = scannedTo; at < buffered.length; at++) {
        const char = buffered[at];
        if (char !== '\n' && char !== '\r') continue;
        onLine(buffered.slice(start, at), complete);
        if (char === '\r') {
          if (at + 1 === buffered.length) lastWasCarriageReturn = true;
          else if (buffered[at + 1] === '\n') at++;
        }
        start = at + 1;
      }
      buffered = buffered.slice(start);
      scannedTo = buffered.length;
      if (buffered.length + dataLength > MAX_BUFFERED) throw new Error('an event of the stream is too large');
      return complete;
    },
    get retryMs() {
      return retryMs;
    },
  };
}
