/**
 * An OpenID provider of this machine that is as strict as a real one: what a client gets wrong, it refuses and
 * remembers. Its tokens are really signed, its codes are good once, and it can be made to misbehave.
 */
import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from 'jose';

export interface Registered {
  readonly clientId: string;
  readonly clientSecret: string;
  redirectUri: string;
  /** How the client proves that it is this one; no other way is taken. */
  readonly proof?: 'client_secret_basic' | 'client_secret_post';
}

export type Claims = Record<string, unknown>;

/** How the provider misbehaves, for one test. */
export interface Twist {
  /** In place of the claims of an ID token. */
  claims?(claims: Claims): Claims;
  /** Signed by a key that is not among the published ones, or by none. */
  signed?: 'foreign' | 'not';
  /** In place of the issuer that the answer to the browser names; null: none. */
  iss?: string | null;
  /** In place of what is published. */
  metadata?(metadata: Claims): Claims;
  userInfo?(claims: Claims): Claims;
  /** Every request to this path is answered so. */
  broken?: { readonly path: string; readonly status: number };
}

interface Asked {
  readonly query: URLSearchParams;
}

interface Code extends Asked {
  readonly who: string;
  readonly until: number;
  used: boolean;
}

const CODE_MS = 60_000;
/** What 128 bits take at least. */
const UNGUESSABLE = /^[\w-]{22,}$/;
const FORM = 'application/x-www-form-urlencoded';

interface Key {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly jwk: object;
}

export class Issuer {
  /** By name, as buttons show them; the claims that they come with, `sub` among them. */
  readonly people = new Map<string, Claims>();
  /** What a client did that a provider refuses. */
  readonly faults: string[] = [];
  twist: Twist = {};
  url = '';
  readonly #client: Registered;
  readonly #server: Server;
  readonly #asked = new Map<string, Asked>();
  readonly #codes = new Map<string, Code>();
  readonly #tokens = new Map<string, string>();
  #keys: Key[] = [];

  private constructor(client: Registered) {
    this.#client = client;
    this.#server = createServer((request, response) => {
      void this.#answer(request, response).catch((error: unknown) => {
        this.faults.push(String(error));
        response.destroy();
      });
    });
  }

  static async start(client: Registered): Promise<Issuer> {
    const issuer = new Issuer(client);
    await issuer.rotate();
    await new Promise<void>((listening) => issuer.#server.listen(0, '127.0.0.1', listening));
    issuer.url = `http://127.0.0.1:${(issuer.#server.address() as AddressInfo).port}`;
    return issuer;
  }

  /** From now on another key signs, and the old one is not published any more. */
  async rotate(): Promise<void> {
    this.#keys = [await newKey()];
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((closed) => this.#server.close(closed));
  }

  /** Answers again, at the same address. */
  async resume(): Promise<void> {
    const port = Number(new URL(this.url).port);
    await new Promise<void>((listening) => this.#server.listen(port, '127.0.0.1', listening));
  }

  /** As a browser does it: follows the link, chooses who it is (null: nobody), and is sent back there. */
  async visit(link: string, who: string | null): Promise<string> {
    const page = await fetch(link, { redirect: 'manual' });
    if (page.status === 303) return page.headers.get('location') as string;
    const asked = /name="asked" value="([\w-]+)"/.exec(await page.text())?.[1];
    if (asked === undefined) throw new Error(`the provider refused the request: ${this.faults.join(', ')}`);
    const body = new URLSearchParams({ asked, ...(who === null ? {} : { who }) });
    const done = await fetch(`${this.url}/choice`, { method: 'POST', body, redirect: 'manual' });
    return done.headers.get('location') as string;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<ServerResponse> {
    const url = new URL(request.url ?? '/', this.url);
    const { broken } = this.twist;
    if (broken !== undefined && broken.path === url.pathname) {
      return response.writeHead(broken.status, { 'content-type': 'text/plain' }).end('out of order');
    }
    const at = `${request.method} ${url.pathname}`;
    if (at === 'GET /.well-known/openid-configuration') return json(response, this.#metadata());
    if (at === 'GET /keys') return json(response, { keys: this.#keys.map(({ jwk }) => jwk) });
    if (at === 'GET /authorize') return this.#authorize(url.searchParams, response);
    if (at === 'POST /choice') return this.#choose(await bodyOf(request), response);
    if (at === 'POST /token') return await this.#token(request, response);
    if (at === 'GET /userinfo') return this.#userInfo(request, response);
    return response.writeHead(404).end();
  }

  #metadata(): Claims {
    const { proof = 'client_secret_basic' } = this.#client;
    const metadata: Claims = {
      issuer: this.url,
      authorization_endpoint: `${this.url}/authorize`,
      token_endpoint: `${this.url}/token`,
      userinfo_endpoint: `${this.url}/userinfo`,
      jwks_uri: `${this.url}/keys`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      token_endpoint_auth_methods_supported: [proof],
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
    };
    return this.twist.metadata?.(metadata) ?? metadata;
  }

  #authorize(query: URLSearchParams, response: ServerResponse): ServerResponse {
    const { clientId, redirectUri } = this.#client;
    const doubled = [...query.keys()].find((name) => query.getAll(name).length > 1);
    // To an address that nobody registered, nothing is sent: neither a code nor an error.
    if (doubled !== undefined || query.get('client_id') !== clientId)
      return this.#refusePage(response, 'client');
    if (query.get('redirect_uri') !== redirectUri) return this.#refusePage(response, 'redirect_uri');
    const is = (name: string, pattern: RegExp): boolean => pattern.test(query.get(name) ?? '');
    const wrong = [
      ['response_type', /^code$/],
      ['scope', /(^| )openid( |$)/],
      ['state', UNGUESSABLE],
      ['nonce', UNGUESSABLE],
      ['code_challenge_method', /^S256$/],
      ['code_challenge', /^[\w-]{43}$/],
    ] as const;
    const fault = wrong.find(([name, pattern]) => !is(name, pattern));
    if (fault !== undefined) return this.#refusePage(response, fault[0]);
    const asked = randomBytes(16).toString('base64url');
    this.#asked.set(asked, { query });
    return response
      .writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
      .end(choicePage(asked, this.people));
  }

  #refusePage(response: ServerResponse, what: string): ServerResponse {
    this.faults.push(`authorize: ${what}`);
    return response.writeHead(400, { 'content-type': 'text/plain' }).end(`wrong ${what}`);
  }

  #choose(form: URLSearchParams, response: ServerResponse): ServerResponse {
    const asked = this.#asked.get(form.get('asked') ?? '');
    if (asked === undefined) return this.#refusePage(response, 'choice');
    const who = form.get('who');
    const back = new URL(this.#client.redirectUri);
    if (who === null) back.searchParams.set('error', 'access_denied');
    else back.searchParams.set('code', this.#codeFor(asked, who));
    back.searchParams.set('state', asked.query.get('state') as string);
    const iss = this.twist.iss === undefined ? this.url : this.twist.iss;
    if (iss !== null) back.searchParams.set('iss', iss);
    return response.writeHead(303, { location: back.href }).end();
  }

  #codeFor({ query }: Asked, who: string): string {
    const code = randomBytes(32).toString('base64url');
    this.#codes.set(code, { query, who, until: Date.now() + CODE_MS, used: false });
    return code;
  }

  async #token(request: IncomingMessage, response: ServerResponse): Promise<ServerResponse> {
    const form = await bodyOf(request);
    const refuse = (error: string, what: string): ServerResponse => {
      this.faults.push(`token: ${what}`);
      return json(response, { error }, error === 'invalid_client' ? 401 : 400);
    };
    if (request.headers['content-type']?.split(';')[0] !== FORM) return refuse('invalid_request', 'form');
    if (!this.#isClient(request, form)) return refuse('invalid_client', 'client');
    if (form.get('grant_type') !== 'authorization_code')
      return refuse('unsupported_grant_type', 'grant_type');
    const code = this.#codes.get(form.get('code') ?? '');
    if (code === undefined || code.used || code.until < Date.now()) return refuse('invalid_grant', 'code');
    code.used = true;
    if (form.get('redirect_uri') !== code.query.get('redirect_uri')) {
      return refuse('invalid_grant', 'redirect_uri');
    }
    const verifier = form.get('code_verifier') ?? '';
    const challenge = createHash('sha256').update(verifier).digest('base64url');
    if (!/^[\w.~-]{43,128}$/.test(verifier) || challenge !== code.query.get('code_challenge')) {
      return refuse('invalid_grant', 'code_verifier');
    }
    const token = randomBytes(32).toString('base64url');
    this.#tokens.set(token, code.who);
    return json(response, {
      access_token: token,
      token_type: 'Bearer',
      expires_in: 300,
      id_token: await this.#idToken(code),
    });
  }

  /** One proof and no other beside it. */
  #isClient(request: IncomingMessage, form: URLSearchParams): boolean {
    const { clientId, clientSecret, proof = 'client_secret_basic' } = this.#client;
    const { authorization } = request.headers;
    if (proof === 'client_secret_post') {
      const isIt = form.get('client_id') === clientId && form.get('client_secret') === clientSecret;
      return isIt && authorization === undefined;
    }
    const basic = Buffer.from(`${escaped(clientId)}:${escaped(clientSecret)}`).toString('base64');
    return authorization === `Basic ${basic}` && !form.has('client_secret');
  }

  async #idToken({ query, who }: Code): Promise<string> {
    const { userinfo_only: hidden, ...person } = this.people.get(who) ?? {};
    const now = Math.floor(Date.now() / 1000);
    const usual: Claims = {
      iss: this.url,
      aud: this.#client.clientId,
      iat: now,
      exp: now + 300,
      nonce: query.get('nonce'),
      ...person,
    };
    const claims = this.twist.claims?.(usual) ?? usual;
    const [key] = this.#keys as [Key];
    if (this.twist.signed === 'not') {
      const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
      return `${part({ alg: 'none' })}.${part(claims)}.`;
    }
    const { privateKey } = this.twist.signed === 'foreign' ? await newKey() : key;
    return await new SignJWT(claims)
      .setProtectedHeader({ alg: 'RS256', kid: key.kid, typ: 'JWT' })
      .sign(privateKey);
  }

  #userInfo(request: IncomingMessage, response: ServerResponse): ServerResponse {
    const who = this.#tokens.get(request.headers.authorization?.replace(/^Bearer /, '') ?? '');
    const person = who === undefined ? undefined : this.people.get(who);
    if (person === undefined) return json(response, { error: 'invalid_token' }, 401);
    const { userinfo_only: hidden, ...claims } = person;
    const all = { ...claims, ...(hidden as object) };
    return json(response, this.twist.userInfo?.(all) ?? all);
  }
}

async function newKey(): Promise<Key> {
  const kid = randomBytes(8).toString('hex');
  const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true });
  return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' } };
}

/** As a form writes it, which is how a client's name and secret go into a header. */
const escaped = (text: string): string => new URLSearchParams({ '': text }).toString().slice(1);

async function bodyOf(request: IncomingMessage): Promise<URLSearchParams> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return new URLSearchParams(Buffer.concat(parts).toString());
}

function json(response: ServerResponse, body: object, status = 200): ServerResponse {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  return response.end(JSON.stringify(body));
}

function choicePage(asked: string, people: ReadonlyMap<string, Claims>): string {
  const buttons = [...people.keys()].map((name) => `<button name="who" value="${name}">${name}</button>`);
  return `<!doctype html><html lang="en"><title>Who are you?</title><link rel="icon" href="data:,">
<h1>Who are you?</h1><form method="post" action="/choice"><input type="hidden" name="asked" value="${asked}">
${buttons.join('')}<button>Nobody</button></form></html>`;
}
