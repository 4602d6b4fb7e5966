/** Google's HTTP: a token for the service account, and calls with it. Google's own client is two hundred megabytes. */
import { importPKCS8, SignJWT } from 'jose';
import { DrawdownError } from '../errors.ts';

/** What the key file of a service account holds. */
export interface ServiceAccount {
  readonly email: string;
  /** PEM, PKCS 8. */
  readonly privateKey: string;
  readonly privateKeyId: string | null;
  readonly tokenUri: string;
}

const SCOPE = 'https://www.googleapis.com/auth/androidpublisher';
const GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
/** As long as Google allows. */
const ASSERTION_SECONDS = 3_600;
/** A token is exchanged before it could end on its way. */
const EARLY_MS = 60_000;
/** An app waits for the answer. */
const TIMEOUT_MS = 15_000;

export class GoogleApi {
  readonly #account: ServiceAccount;
  readonly #base: string;
  readonly #now: () => number;
  #token: { text: Promise<string>; until: number } | null = null;

  /** `base`: without a slash at the end. */
  constructor(account: ServiceAccount, { base, now }: { base: string; now: () => number }) {
    this.#account = account;
    this.#base = base;
    this.#now = now;
  }

  /** The answer's JSON; null where Google knows no such thing. Throws `unavailable` for whatever may pass. */
  async ask<T>(method: 'GET' | 'POST', path: string): Promise<T | null> {
    const response = await this.#call(method, path);
    // A token that Google no longer takes, before its time: it may have been revoked and a new one be as good.
    const answer = response.status === 401 ? await this.#call(method, path, { fresh: true }) : response;
    if (answer.ok) return (await this.#json(answer)) as T;
    // 400 is what a malformed purchase token gets, 410 one that is too old to be looked up.
    if ([400, 404, 410].includes(answer.status)) return null;
    throw unavailable(`Google answers ${answer.status}: ${await reasonOf(answer)}`);
  }

  async #call(method: 'GET' | 'POST', path: string, { fresh = false } = {}): Promise<Response> {
    if (fresh) this.#token = null;
    const authorization = `Bearer ${await this.#accessToken()}`;
    return reach(`${this.#base}${path}`, { method, headers: { authorization, accept: 'application/json' } });
  }

  async #json(response: Response): Promise<unknown> {
    const text = await response.text();
    try {
      return text === '' ? {} : JSON.parse(text);
    } catch (error) {
      throw unavailable('Google does not answer as it should.', error);
    }
  }

  #accessToken(): Promise<string> {
    const now = this.#now();
    if (this.#token !== null && now < this.#token.until) return this.#token.text;
    // Until its end is known, whoever comes meanwhile waits for the same one.
    const token = { text: this.#newToken(now), until: Number.POSITIVE_INFINITY };
    this.#token = token;
    token.text.catch(() => {
      if (this.#token === token) this.#token = null;
    });
    return token.text;
  }

  async #newToken(now: number): Promise<string> {
    const { email, privateKey, privateKeyId, tokenUri } = this.#account;
    const seconds = Math.floor(now / 1000);
    const assertion = await new SignJWT({ scope: SCOPE })
      .setProtectedHeader({
        alg: 'RS256',
        typ: 'JWT',
        ...(privateKeyId === null ? {} : { kid: privateKeyId }),
      })
      .setIssuer(email)
      .setAudience(tokenUri)
      .setIssuedAt(seconds)
      .setExpirationTime(seconds + ASSERTION_SECONDS)
      .sign(await importPKCS8(privateKey, 'RS256'));
    const body = new URLSearchParams({ grant_type: GRANT, assertion });
    const response = await reach(tokenUri, { method: 'POST', body });
    if (!response.ok) {
      throw unavailable(`Google gives no token for ${email}: ${await reasonOf(response)}`);
    }
    const { access_token: text, expires_in: lives } = (await this.#json(response)) as Record<string, unknown>;
    if (typeof text !== 'string' || typeof lives !== 'number') {
      throw unavailable('Google does not answer as it should.');
    }
    if (this.#token !== null) this.#token.until = now + lives * 1000 - EARLY_MS;
    return text;
  }
}

async function reach(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...init, redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch (error) {
    throw unavailable('Google cannot be reached.', error);
  }
}

/** One sentence of Google's for the operator's log: a permission that is missing has its name in it. */
async function reasonOf(response: Response): Promise<string> {
  const text = await response.text().catch(() => '');
  try {
    const { error, error_description: described } = JSON.parse(text);
    const reason = typeof error === 'object' ? error?.message : (described ?? error);
    return typeof reason === 'string' ? reason.slice(0, 300) : String(response.status);
  } catch {
    return String(response.status);
  }
}

export function unavailable(sentence: string, cause?: unknown): DrawdownError {
  return new DrawdownError('unavailable', sentence, {}, cause);
}
