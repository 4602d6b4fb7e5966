/**
 * Where the company's own people sign in: an OpenID provider, by the authorization code flow with PKCE. What it answers
 * counts only with its own signature, for this client, and upon the very question that was asked.
 */
import type { Scope } from '@drawdown/client';
import * as oidc from 'openid-client';
import type { Ticket } from './sign-in-ticket.ts';

export interface IdentityProviderSetting {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** The origin at which people find this server. */
  readonly publicUrl: string;
  /** What is written on the button. */
  readonly name: string;
  readonly scope: string;
  readonly claim: string;
  /** What the claim's values stand for. */
  readonly roles: ReadonlyMap<string, readonly Scope[]>;
}

/** Somebody whom the provider vouches for. */
export interface Person {
  readonly issuer: string;
  readonly subject: string;
  readonly name: string;
  readonly scopes: ReadonlySet<Scope>;
}

export type SignInRefusal = 'denied' | 'expired' | 'no_role' | 'failed' | 'unavailable';

/** Nobody is signed in. The reason is for people; the message, without any secret, for the server's log. */
export class SignInRefused extends Error {
  override readonly name = 'SignInRefused';
  readonly reason: SignInRefusal;

  constructor(reason: SignInRefusal, message: string, cause?: unknown) {
    super(message, { cause });
    this.reason = reason;
  }
}

export const CALLBACK_PATH = '/v1/staff/sign_in/callback';

/** A person waits for it; a provider that takes longer is down. */
const TIMEOUT_SECONDS = 10;
/** Who was sent off comes back within it, and to the same endpoints. */
const METADATA_MS = 600_000;
/** As long as a name on a badge may get, and an address behind it. */
const MAX_NAME = 200;

type Claims = Readonly<Record<string, unknown>>;

export class IdentityProvider {
  readonly #setting: IdentityProviderSetting;
  #metadata: { readonly value: oidc.ServerMetadata; readonly until: number } | null = null;

  constructor(setting: IdentityProviderSetting) {
    this.#setting = setting;
  }

  get name(): string {
    return this.#setting.name;
  }

  get publicUrl(): string {
    return this.#setting.publicUrl;
  }

  /** Whether it is this provider that is called so. */
  isIssuer(issuer: string): boolean {
    return new URL(issuer).href === new URL(this.#setting.issuer).href;
  }

  /**
   * Where the browser goes, and what must be known when it comes back. Throws `SignInRefused`, also where the provider is
   * down: there a browser would show no page of ours.
   */
  async begin(): Promise<{ url: string } & Pick<Ticket, 'state' | 'nonce' | 'verifier'>> {
    const { scope } = this.#setting;
    const [state, nonce, verifier] = [oidc.randomState(), oidc.randomNonce(), oidc.randomPKCECodeVerifier()];
    try {
      const url = oidc.buildAuthorizationUrl(this.#client(await this.#discover()), {
        redirect_uri: this.#redirectUri,
        response_type: 'code',
        scope,
        state,
        nonce,
        code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      });
      demandSafe(url);
      return { url: url.href, state, nonce, verifier };
    } catch (error) {
      throw refusal(error);
    }
  }

  /** Who came back with `search`, the part of the address from its question mark on. Throws `SignInRefused`. */
  async finish(search: string, { state, nonce, verifier }: Ticket): Promise<Person> {
    try {
      const client = this.#client(await this.#known());
      const tokens = await oidc.authorizationCodeGrant(client, new URL(`${this.#redirectUri}${search}`), {
        expectedState: state,
        expectedNonce: nonce,
        pkceCodeVerifier: verifier,
      });
      const claims = tokens.claims();
      if (claims === undefined) throw new SignInRefused('failed', 'the provider sent no ID token');
      const told: Claims =
        this.#setting.claim in claims
          ? claims
          : { ...(await this.#userInfo(client, tokens.access_token, claims.sub)), ...claims };
      return this.#personOf(claims.iss, claims.sub, told);
    } catch (error) {
      throw refusal(error);
    }
  }

  get #redirectUri(): string {
    return `${this.#setting.publicUrl}${CALLBACK_PATH}`;
  }

  /** Made anew for each step: it fetches the provider's keys itself, so one that was exchanged a moment ago is known. */
  #client(metadata: oidc.ServerMetadata): oidc.Configuration {
    const { clientId, clientSecret, issuer } = this.#setting;
    const methods = metadata.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    const proof = methods.includes('client_secret_post') ? oidc.ClientSecretPost : oidc.ClientSecretBasic;
    const client = new oidc.Configuration(metadata, clientId, clientSecret, proof(clientSecret));
    client.timeout = TIMEOUT_SECONDS;
    client[oidc.customFetch] = safeFetch;
    oidc.enableNonRepudiationChecks(client);
    if (isPlain(issuer)) oidc.allowInsecureRequests(client);
    return client;
  }

  async #known(): Promise<oidc.ServerMetadata> {
    const known = this.#metadata;
    return known !== null && known.until > performance.now() ? known.value : await this.#discover();
  }

  async #discover(): Promise<oidc.ServerMetadata> {
    const { clientId, issuer } = this.#setting;
    const found = await oidc.discovery(new URL(issuer), clientId, undefined, oidc.None(), {
      timeout: TIMEOUT_SECONDS,
      [oidc.customFetch]: safeFetch,
      ...(isPlain(issuer) ? { execute: [oidc.allowInsecureRequests] } : {}),
    });
    const { supportsPKCE, ...metadata } = found.serverMetadata();
    // A provider that speaks for any number of companies would let in people of each of them.
    if (!this.isIssuer(metadata.issuer)) {
      throw new SignInRefused('failed', `the provider calls itself ${metadata.issuer}, not ${issuer}`);
    }
    this.#metadata = { value: metadata, until: performance.now() + METADATA_MS };
    return metadata;
  }

  /** Some providers say in the ID token who somebody is, and only here what they belong to. */
  async #userInfo(client: oidc.Configuration, token: string, subject: string): Promise<Claims> {
    if (client.serverMetadata().userinfo_endpoint === undefined) return {};
    return await oidc.fetchUserInfo(client, token, subject);
  }

  #personOf(issuer: string, subject: string, claims: Claims): Person {
    const { claim, roles } = this.#setting;
    const held = [claims[claim]].flat().filter((one) => typeof one === 'string');
    // Whoever may write any address into their own profile must not become somebody else by it.
    const isProven = claim !== 'email' || claims.email_verified === true;
    const scopes = isProven ? held.flatMap((group) => roles.get(group) ?? []) : [];
    if (scopes.length === 0) {
      const reason = isProven ? `has none of the roles: ${held.slice(0, 20).join(', ')}` : 'is not verified';
      throw new SignInRefused('no_role', `${subject} of ${issuer}: the claim "${claim}" ${reason}`);
    }
    return { issuer, subject, name: nameOf(claims) ?? subject, scopes: new Set([...scopes, 'staff']) };
  }
}

/** As the log of what staff did calls somebody: by name, and by the address that tells two of one name apart. */
function nameOf(claims: Claims): string | null {
  const text = (claim: string): string => {
    const value = claims[claim];
    return typeof value === 'string' ? value.replaceAll(/[\p{C}\s]+/gu, ' ').trim() : '';
  };
  const email = claims.email_verified === false ? '' : text('email');
  const name = text('name') || text('preferred_username');
  const full = name !== '' && email !== '' && name !== email ? `${name} (${email})` : name || email;
  return full === '' ? null : full.slice(0, MAX_NAME);
}

const isPlain = (url: string): boolean => new URL(url).protocol === 'http:';

/** In the clear nothing goes further than this machine, whatever the provider says of its endpoints. */
function demandSafe(url: URL): void {
  const isHere = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(url.hostname);
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isHere)) return;
  throw new SignInRefused('failed', `the provider has an endpoint that is not https: ${url.origin}`);
}

const safeFetch: oidc.CustomFetch = async (url, options) => {
  demandSafe(new URL(url));
  return await fetch(url, options as RequestInit);
};

const UNREACHED = ['OAUTH_TIMEOUT', 'OAUTH_ABORT'];

/** Why nobody is signed in, from what the library throws. */
function refusal(error: unknown): SignInRefused {
  if (error instanceof SignInRefused) return error;
  const refused = (reason: SignInRefusal) => new SignInRefused(reason, messageOf(error), error);
  if (error instanceof oidc.AuthorizationResponseError) {
    if (error.error === 'access_denied') return refused('denied');
    const isDown = ['temporarily_unavailable', 'server_error'].includes(error.error);
    return refused(isDown ? 'unavailable' : 'failed');
  }
  if (error instanceof oidc.ResponseBodyError) {
    if (error.status >= 500) return refused('unavailable');
    // A code that was used, or that nobody used in time.
    return refused(error.error === 'invalid_grant' ? 'expired' : 'failed');
  }
  if (error instanceof oidc.ClientError) {
    if (error.cause instanceof SignInRefused) return error.cause;
    const isDown = error.cause instanceof Response && error.cause.status >= 500;
    return refused(isDown || UNREACHED.includes(error.code ?? '') ? 'unavailable' : 'failed');
  }
  // What `fetch` throws where nobody answers.
  if (error instanceof TypeError && error.message === 'fetch failed') return refused('unavailable');
  return refused('failed');
}

/** Without what was received: a cause may hold tokens. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return 'something else than an error was thrown';
  const { cause } = error;
  const more = cause instanceof Error && cause.message !== error.message ? `: ${cause.message}` : '';
  const word = error instanceof oidc.ResponseBodyError || error instanceof oidc.AuthorizationResponseError;
  return `${error.message}${more}${word ? ` (${error.error})` : ''}`;
}
