/**
 * A product that is served beside its credits: `drawdown serve --with <module>`. The module exports `product`. Its
 * routes are below `/<name>/` on the server's own address, so that its pages are of the same origin; it spends through
 * a client like any product elsewhere, and knows the engine no closer.
 */
import type { Client, Surface } from '@drawdown/client';

/** What the server gives the product. */
export interface ProductHost {
  /** Asks this server with a key of the product's own, which may read and consume and lasts as long as the process. */
  readonly client: Client;
  /** Where the product may keep files; it makes the directory itself. */
  readonly directory: string;
}

export interface Product {
  /** Lower-case letters, and the first part of the path of each of its routes. */
  readonly name: string;
  open(host: ProductHost): Promise<OpenedProduct>;
}

export interface OpenedProduct {
  readonly routes: readonly ProductRoute[];
  /** Called once, before anybody is let in. */
  start(): Promise<void>;
  /** Called once, while the client still answers; resolves when nothing is under way any more. */
  stop(): Promise<void>;
}

interface RouteFacts {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** Below `/<name>/`, with `{name}` for parameters: `projects/{project}`. */
  readonly path: string;
  /** Bytes; absent: the server's limit. */
  readonly bodyLimit?: number;
}

/** `session`: only who sends a session token of this server is let in, and the handler learns who it is. */
export type ProductRoute = RouteFacts &
  (
    | { readonly session: true; handler(request: SignedInRequest): Promise<ProductAnswer> | ProductAnswer }
    | { readonly session: false; handler(request: ProductRequest): Promise<ProductAnswer> | ProductAnswer }
  );

export interface ProductRequest {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  /** JSON that was read strictly; an empty object where nothing was sent. */
  readonly body: unknown;
  /** Scheme and host as the browser names them: where links lead that it follows. */
  readonly origin: string;
}

export interface SignedInRequest extends ProductRequest {
  readonly session: ProductSession;
}

/** A person on a surface, as their token says. */
export interface ProductSession {
  readonly account: string;
  readonly surface: Exclude<Surface, 'server'>;
  /** Asks as this person: what they may not, it may not. */
  readonly client: Client;
}

export interface ProductAnswer {
  /** Absent: 200. */
  readonly status?: number;
  /** Bytes of `type`, or JSON. */
  readonly body: unknown;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
}
