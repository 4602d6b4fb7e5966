/** Everything that a request may use up, with a bound. */
import { STREAM_LIMITS, type StreamLimits } from './stream.ts';

export interface RateLimit {
  readonly max: number;
  readonly windowMs: number;
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
  /** Per person, over all sessions: 50 a second, with a burst of 200. */
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
  serverRate: { max: 10_000, windowMs: 1_000 },
  sessionRate: { max: 200, windowMs: 4_000 },
  publicRate: { max: 500, windowMs: 1_000 },
  lookUpRate: { max: 500, windowMs: 1_000 },
  maxLoopDelayMs: 2_000,
  streams: STREAM_LIMITS,
};
