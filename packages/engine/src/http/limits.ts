/** Everything that a request may use up, with a bound. */
import { STREAM_LIMITS, type StreamLimits } from './stream.ts';

/** So many a second on average, and so many at once by whoever has been quiet. */
export interface RateLimit {
  readonly perSecond: number;
  readonly burst: number;
}

export interface Limits {
  /** Of a body; a batch has its own. */
  readonly bodyBytes: number;
  readonly headerBytes: number;
  /** For a whole request to arrive; a slow sender is cut off. */
  readonly requestMs: number;
  /** For a connection on which nothing moves: a reader that stopped reading, a client that vanished. */
  readonly idleMs: number;
  /** For a connection between two requests. */
  readonly keepAliveMs: number;
  /** Per key of a server or of staff. */
  readonly serverRate: RateLimit;
  /** Per person, over all sessions. */
  readonly sessionRate: RateLimit;
  /** Per address, for what needs no credential. */
  readonly publicRate: RateLimit;
  /** Per address: keys that have to be looked up, so that guesses are no load on the database. */
  readonly lookUpRate: RateLimit;
  /** Mean delay of the event loop beyond which requests are turned away; 0: never. */
  readonly maxLoopDelayMs: number;
  readonly streams: StreamLimits;
}

export const LIMITS: Limits = {
  bodyBytes: 65_536,
  headerBytes: 16_384,
  requestMs: 30_000,
  // More than the heartbeat of a stream, less than what a load balancer keeps.
  idleMs: 75_000,
  // More than the 60 s of common load balancers: the side that opened a connection should be the one to close it.
  keepAliveMs: 65_000,
  serverRate: { perSecond: 10_000, burst: 20_000 },
  sessionRate: { perSecond: 50, burst: 200 },
  publicRate: { perSecond: 200, burst: 1_000 },
  lookUpRate: { perSecond: 100, burst: 500 },
  maxLoopDelayMs: 2_000,
  streams: STREAM_LIMITS,
};
