import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { AddressRefused, type GuardSetting, guardedLookup, urlFault } from './guard.ts';

export interface PostSetting extends GuardSetting {
  /** From the first packet to the last byte of the answer. */
  readonly timeoutMs: number;
}

/** What came of one attempt. A status says that somebody answered; what is in the answer is nobody's concern. */
export interface Attempt {
  readonly status: number | null;
  /** What went wrong before there was a status. */
  readonly error: string | null;
  /** How long the receiver asks to be left alone. */
  readonly retryAfterMs: number | null;
}

/** An answer is drained so far, so that receivers see theirs read; what is longer is cut off. */
const MAX_ANSWER = 65_536;
const MAX_HEADERS = 16_384;

/**
 * Posts once: no redirect is followed, and no answer, slow, endless or none, holds it longer than the time-out.
 * Never rejects.
 */
export function post(
  url: string,
  { headers, body }: { headers: Record<string, string>; body: string },
  setting: PostSetting,
): Promise<Attempt> {
  // The rules may have become stricter since the endpoint was made.
  const fault = urlFault(url, setting);
  if (fault !== null) return Promise.resolve(failed(`the URL ${fault}`));
  return new Promise((resolve) => {
    let request: ClientRequest;
    try {
      request = open(new URL(url), { headers, body, setting });
    } catch (error) {
      return resolve(failed(reasonOf(error as Error)));
    }
    let attempt: Attempt | null = null;
    // Armed once there is a request to end.
    const timer = setTimeout(() => answered(attempt ?? failed('timed out')), setting.timeoutMs);
    const answered = (attempt: Attempt): void => {
      clearTimeout(timer);
      resolve(attempt);
      request.destroy();
    };
    request.on('error', (error) => answered(failed(reasonOf(error))));
    request.on('response', (response) => {
      const status = attemptOf(response);
      attempt = status;
      drain(response, () => answered(status));
    });
    request.end(body);
  });
}

function open(
  url: URL,
  { headers, body, setting }: { headers: Record<string, string>; body: string; setting: PostSetting },
): ClientRequest {
  const options = {
    method: 'POST',
    headers: {
      ...headers,
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(body)),
      'user-agent': 'Drawdown-Webhooks/1',
    },
    lookup: guardedLookup(setting),
    // A connection of its own, so that every attempt is judged by what the name leads to now.
    agent: false as const,
    maxHeaderSize: MAX_HEADERS,
  };
  return url.protocol === 'https:' ? httpsRequest(url, options) : httpRequest(url, options);
}

function attemptOf({ statusCode, headers }: IncomingMessage): Attempt {
  return { status: statusCode ?? null, error: null, retryAfterMs: retryAfterOf(headers['retry-after']) };
}

/** Seconds, or a date. */
function retryAfterOf(value: string | undefined): number | null {
  if (value === undefined) return null;
  if (/^\d{1,7}$/.test(value)) return Number(value) * 1000;
  const at = Date.parse(value);
  return Number.isNaN(at) ? null : Math.max(0, at - Date.now());
}

function drain(response: IncomingMessage, done: () => void): void {
  let bytes = 0;
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER) done();
  });
  for (const event of ['end', 'error', 'close']) response.on(event, done);
}

const failed = (error: string): Attempt => ({ status: null, error, retryAfterMs: null });

/** A word or a code; never an address, which would tell what a name leads to inside. */
function reasonOf(error: NodeJS.ErrnoException): string {
  if (error instanceof AddressRefused) return error.message;
  const { code } = error;
  return code === undefined ? 'the connection failed' : `the connection failed: ${code}`;
}
