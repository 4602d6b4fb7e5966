/**
 * As much of Google as Play purchases need, as strict as the real one: the token endpoint checks the service account's
 * assertion, the publisher's endpoints credentials, package and parameters; notifications come with a token that its
 * published keys verify. What buyers, banks and Google do is in its methods.
 */
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, exportPKCS8, generateKeyPair, jwtVerify, SignJWT } from 'jose';
import type { GooglePlaySetting } from '../../src/sources/google-play.ts';
import { type FakeSale, type FakeVoid, orderObject, purchaseObject, voidObject } from './google-objects.ts';

type Json = Record<string, unknown>;

class Refusal extends Error {
  readonly status: number;
  readonly body: Json;

  constructor(status: number, message: string, body: Json = { error: { code: status, message } }) {
    super(message);
    this.status = status;
    this.body = body;
  }
}

export const PACKAGE = 'com.example.studio';
const APP = `/androidpublisher/v3/applications/${PACKAGE}`;
const AUDIENCE = 'https://credits.example.com/webhooks/google-play';
const PUSHER = 'push@project.iam.gserviceaccount.com';
const SERVER = 'credits@project.iam.gserviceaccount.com';
const TOKEN_SECONDS = 3_600;
/** Smaller than Google's, so that lists have pages. */
const MAX_PAGE = 2;
const MEMORY_MS = 30 * 86_400_000;

export class FakeGoogle {
  readonly sales = new Map<string, FakeSale>();
  readonly subscriptions = new Map<string, Json>();
  readonly orders = new Map<string, Json>();
  readonly voided: FakeVoid[] = [];
  readonly asked: string[] = [];
  /** Answers that fail before they do anything, and with what. */
  failing = { count: 0, status: 500 };
  /** Access tokens are taken no longer. */
  revoked = false;
  keysFail = false;
  /** Purchases that it does not take as handed over, so many times. */
  refusesToConsume = 0;
  #server: Server | null = null;
  #origin = '';
  #count = 0;
  readonly #tokens = new Set<string>();
  #push!: { publicKey: CryptoKey; privateKey: CryptoKey };
  #service!: { publicKey: CryptoKey; privateKey: CryptoKey };

  /** The setting that talks to it. */
  async start(more: Partial<GooglePlaySetting> = {}): Promise<GooglePlaySetting> {
    this.#push = await generateKeyPair('RS256', { extractable: true });
    this.#service = await generateKeyPair('RS256', { extractable: true });
    this.#server = createServer((request, response) => void this.#serve(request, response));
    await new Promise<void>((resolve) => this.#server?.listen(0, '127.0.0.1', resolve));
    this.#origin = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return {
      packageName: PACKAGE,
      account: {
        email: SERVER,
        privateKey: await exportPKCS8(this.#service.privateKey),
        privateKeyId: 'service-1',
        tokenUri: `${this.#origin}/token`,
      },
      push: { audience: AUDIENCE, email: PUSHER },
      production: true,
      api: this.#origin,
      certificates: `${this.#origin}/oauth2/v3/certs`,
      ...more,
    };
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((resolve) => this.#server?.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { status, body } = await this.#answer(request, Buffer.concat(chunks).toString()).catch(
      (error: unknown) => {
        if (error instanceof Refusal) return { status: error.status, body: error.body };
        throw error;
      },
    );
    response.writeHead(status, { 'content-type': 'application/json; charset=UTF-8' });
    response.end(body === null ? '' : JSON.stringify(body));
  }

  async #answer(request: IncomingMessage, text: string): Promise<{ status: number; body: Json | null }> {
    const { method = '', headers } = request;
    const url = new URL(request.url ?? '/', this.#origin);
    this.asked.push(`${method} ${url.pathname}`);
    if (url.pathname === '/oauth2/v3/certs') {
      if (this.keysFail) throw new Refusal(503, 'unavailable');
      const key = { ...(await exportJWK(this.#push.publicKey)), kid: 'push-1', alg: 'RS256', use: 'sig' };
      return { status: 200, body: { keys: [key] } };
    }
    if (url.pathname === '/token') return { status: 200, body: await this.#token(new URLSearchParams(text)) };
    const bearer = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1] ?? '';
    if (this.revoked || !this.#tokens.has(bearer)) {
      this.revoked = false;
      throw new Refusal(401, 'Request had invalid authentication credentials.');
    }
    if (this.failing.count > 0) {
      this.failing.count -= 1;
      throw new Refusal(this.failing.status, 'The current user has insufficient permissions');
    }
    if (!url.pathname.startsWith(`${APP}/`))
      throw new Refusal(404, 'No application was found for the given package name.');
    return { status: 200, body: this.#publisher(method, url, text) };
  }

  async #token(form: URLSearchParams): Promise<Json> {
    const denied = (description: string) =>
      new Refusal(400, description, { error: 'invalid_grant', error_description: description });
    if (form.get('grant_type') !== 'urn:ietf:params:oauth:grant-type:jwt-bearer') throw denied('Bad grant');
    const { payload, protectedHeader } = await jwtVerify(
      form.get('assertion') ?? '',
      this.#service.publicKey,
      {
        algorithms: ['RS256'],
        issuer: SERVER,
        audience: `${this.#origin}/token`,
        requiredClaims: ['iat', 'exp'],
      },
    ).catch(() => {
      throw denied('Invalid JWT Signature.');
    });
    if (protectedHeader.kid !== 'service-1') throw denied('Invalid key');
    if ((payload.exp as number) - (payload.iat as number) > TOKEN_SECONDS)
      throw denied('Token must be short-lived');
    if (payload.scope !== 'https://www.googleapis.com/auth/androidpublisher')
      throw denied('Empty or missing scope');
    const token = `ya29.${randomBytes(16).toString('hex')}`;
    this.#tokens.add(token);
    return { access_token: token, expires_in: TOKEN_SECONDS, token_type: 'Bearer' };
  }

  #publisher(method: string, url: URL, text: string): Json | null {
    const [kind = '', second = '', third = '', fourth = '', fifth = ''] = url.pathname
      .slice(APP.length + 1)
      .split('/')
      .map(decodeURIComponent);
    if (method === 'GET' && kind === 'orders') return this.#order(second);
    if (kind !== 'purchases') throw new Refusal(404, 'Not found');
    if (method === 'GET' && second === 'voidedpurchases') return this.#voids(url.searchParams);
    if (method === 'GET' && second === 'productsv2' && third === 'tokens')
      return purchaseObject(this.#sale(fourth));
    if (method === 'GET' && second === 'subscriptionsv2' && third === 'tokens') {
      const found = this.subscriptions.get(fourth);
      if (found === undefined) throw new Refusal(404, 'The subscription purchase was not found.');
      return found;
    }
    if (method === 'POST' && second === 'products' && fourth === 'tokens' && fifth.endsWith(':consume')) {
      if (text !== '') throw new Refusal(400, 'Request body must be empty');
      if (this.refusesToConsume > 0) {
        this.refusesToConsume -= 1;
        throw new Refusal(503, 'The service is currently unavailable.');
      }
      const sale = this.#sale(fifth.slice(0, -':consume'.length));
      if (sale.product !== third) throw new Refusal(400, 'The product does not match the token.');
      if (sale.state !== 'PURCHASED' || sale.isConsumed)
        throw new Refusal(400, 'The purchase is not consumable.');
      sale.isConsumed = true;
      return null;
    }
    throw new Refusal(404, 'Not found');
  }

  #sale(token: string): FakeSale {
    const sale = this.sales.get(token);
    if (sale !== undefined) return sale;
    if (token.length < 10) throw new Refusal(400, 'Invalid Value');
    throw new Refusal(404, 'The purchase token was not found.');
  }

  #order(id: string): Json {
    const told = this.orders.get(id);
    if (told !== undefined) return told;
    const sale = [...this.sales.values()].find(({ order }) => order === id);
    if (sale === undefined) throw new Refusal(404, 'The order was not found.');
    return orderObject(sale);
  }

  /** In pages; only what is younger than thirty days, and parts of a quantity only where they are asked for. */
  #voids(query: URLSearchParams): Json {
    const known = [
      'startTime',
      'endTime',
      'maxResults',
      'type',
      'includeQuantityBasedPartialRefund',
      'token',
    ];
    for (const name of query.keys()) {
      if (!known.includes(name))
        throw new Refusal(400, `Invalid JSON payload received. Unknown name "${name}"`);
    }
    const start = Number(query.get('startTime') ?? Date.now() - MEMORY_MS);
    const end = Number(query.get('endTime') ?? Date.now());
    if (start < Date.now() - MEMORY_MS - 60_000) throw new Refusal(400, 'startTime is too long ago');
    if (end < start || end > Date.now() + 60_000) throw new Refusal(400, 'Invalid time range');
    if (Number(query.get('maxResults')) > 1000) throw new Refusal(400, 'maxResults is too large');
    const parts = query.get('includeQuantityBasedPartialRefund') === 'true';
    const found = this.voided.filter(
      (one) =>
        Number(one.voidedTimeMillis) >= start &&
        Number(one.voidedTimeMillis) <= end &&
        (parts || one.voidedQuantity === undefined),
    );
    const at = Number(query.get('token') ?? 0);
    const next = at + MAX_PAGE;
    return {
      ...(found.length === 0 ? {} : { voidedPurchases: found.slice(at, next) }),
      ...(next < found.length ? { tokenPagination: { nextPageToken: String(next) } } : {}),
    };
  }

  #next(): string {
    this.#count += 1;
    return String(this.#count).padStart(6, '0');
  }

  // ——— what happens at Google ———

  /** Somebody buys in the app; `account` is what the app stated as the obfuscated account id. */
  sell(account: string, more: Partial<FakeSale> = {}): FakeSale {
    const nth = this.#next();
    const sale: FakeSale = {
      token: `token-${nth}.AO-J1O${randomBytes(12).toString('base64url')}`,
      order: `GPA.3300-${nth}`,
      product: 'pack_1200',
      quantity: 1,
      micros: 39_990_000,
      currency: 'USD',
      account,
      state: 'PURCHASED',
      refunded: 0,
      refundedMicros: 0,
      isPaid: more.state !== 'PENDING',
      isTest: false,
      isConsumed: false,
      ...more,
    };
    this.sales.set(sale.token, sale);
    return sale;
  }

  /** A slow way of paying comes to its end. */
  finish(sale: FakeSale, state: 'PURCHASED' | 'CANCELLED'): void {
    Object.assign(sale, { state, isPaid: state === 'PURCHASED' });
  }

  /** All of it goes back: the buyer, a bank or Google says so. */
  void(sale: FakeSale, { at = Date.now(), reason = 1 } = {}): void {
    Object.assign(sale, { state: 'CANCELLED', refundedMicros: sale.micros });
    this.voided.push(voidObject(sale, { at, reason }));
  }

  /** A charge that its bank takes back shows in the list alone. */
  chargeBack(sale: FakeSale, at = Date.now()): void {
    this.voided.push(voidObject(sale, { at, reason: 7 }));
  }

  /** So many of the quantity go back. */
  voidPart(sale: FakeSale, quantity: number, at = Date.now()): void {
    sale.refunded += quantity;
    sale.refundedMicros += (sale.micros * quantity) / sale.quantity;
    this.voided.push({ ...voidObject(sale, { at, reason: 1 }), voidedQuantity: quantity });
  }

  // ——— what Pub/Sub pushes ———

  bought = (sale: FakeSale): Json => ({
    oneTimeProductNotification: {
      version: '1.0',
      notificationType: sale.state === 'CANCELLED' ? 2 : 1,
      purchaseToken: sale.token,
      sku: sale.product,
    },
  });

  voidedNotice = (sale: FakeSale, refundType: 1 | 2 = 1): Json => ({
    voidedPurchaseNotification: {
      purchaseToken: sale.token,
      orderId: sale.order,
      productType: 2,
      refundType,
    },
  });

  async pushed(
    notification: Json,
    how: { claims?: Json; at?: number; key?: CryptoKey; body?: Buffer; packageName?: string } = {},
  ): Promise<{ body: Buffer; headers: Record<string, string> }> {
    const { at = Date.now(), key = this.#push.privateKey, packageName = PACKAGE } = how;
    const data = { version: '1.0', packageName, eventTimeMillis: String(at), ...notification };
    const messageId = this.#next();
    const message = {
      attributes: {},
      data: Buffer.from(JSON.stringify(data)).toString('base64'),
      messageId,
      publishTime: new Date(at).toISOString(),
    };
    const seconds = Math.floor(at / 1000);
    const token = await new SignJWT({
      iss: 'https://accounts.google.com',
      aud: AUDIENCE,
      email: PUSHER,
      email_verified: true,
      sub: '1',
      iat: seconds,
      exp: seconds + TOKEN_SECONDS,
      ...how.claims,
    })
      .setProtectedHeader({ alg: 'RS256', kid: 'push-1', typ: 'JWT' })
      .sign(key);
    const body =
      how.body ?? Buffer.from(JSON.stringify({ message, subscription: 'projects/p/subscriptions/s' }));
    return { body, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' } };
  }
}
