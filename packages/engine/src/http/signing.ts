/**
 * The key pairs that sign session tokens. One signs for 30 days; its successor is published a day before it takes
 * over, so that whoever verifies by the key set has seen it; and the old one verifies until its last token expired.
 */
import { randomBytes } from 'node:crypto';
import { type CryptoKey, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';
import { type Database, statement } from '../store/database.ts';
import { MAX_SESSION_SECONDS } from './schemas/access.ts';

/** ECDSA on P-256: every JWT library verifies it. The only algorithm that is ever accepted. */
export const ALGORITHM = 'ES256';

const DAY_MS = 86_400_000;
const SIGNS_MS = 30 * DAY_MS;
const PUBLISHED_AHEAD_MS = DAY_MS;
/** How long a key that another process made may stay unknown here. */
const REFRESH_MS = 10_000;
/** A token with an unknown key asks the table again, but a flood of them must not. */
const MISS_REFRESH_MS = 500;

interface Row {
  kid: string;
  public_jwk: string;
  private_jwk: string;
  signs_from: bigint;
  signs_until: bigint;
  verifies_until: bigint;
}

export interface SigningKey {
  readonly kid: string;
  readonly publicJwk: JWK;
  readonly publicKey: CryptoKey;
  readonly privateKey: CryptoKey;
  readonly signsFrom: number;
  readonly signsUntil: number;
  readonly verifiesUntil: number;
}

// Old keys are read too, so that a token of theirs is called expired and not unknown. One is made a month: 8 years.
const readKeys = statement<[], Row>(
  'signing.read',
  `select kid, public_jwk, private_jwk, signs_from, signs_until, verifies_until
   from drawdown.signing_keys order by signs_from desc limit 100`,
);
const insertKey = statement<[string, string, string, number, number, number, number], never>(
  'signing.insert',
  `insert into drawdown.signing_keys (kid, public_jwk, private_jwk, created_at, signs_from, signs_until, verifies_until)
   values ($1, $2, $3, $4, $5, $6, $7) on conflict (signs_from) do nothing`,
);

export class SigningKeys {
  readonly #database: Database;
  #keys: readonly SigningKey[] = [];
  #readAt = Number.NEGATIVE_INFINITY;
  #making: Promise<void> | null = null;
  #reading: Promise<void> | null = null;

  constructor(database: Database) {
    this.#database = database;
  }

  /** The key to sign with at `now`; makes it, and its successor when that is due. */
  async signer(now: number): Promise<SigningKey> {
    await this.#refresh(REFRESH_MS);
    if (this.#signerAt(now) === undefined) await this.#make(now, now);
    const signer = this.#signerAt(now);
    if (signer === undefined) throw new Error('No signing key could be made');
    const end = Math.max(...this.#keys.map((key) => key.signsUntil));
    if (end - now <= PUBLISHED_AHEAD_MS) await this.#make(end, now);
    return signer;
  }

  /** The key of that id, however old: its tokens are past their own expiry before it stops being published. */
  async verifier(kid: string): Promise<SigningKey | null> {
    await this.#refresh(REFRESH_MS);
    const find = () => this.#keys.find((key) => key.kid === kid) ?? null;
    const found = find();
    if (found !== null) return found;
    await this.#refresh(MISS_REFRESH_MS);
    return find();
  }

  /** The public halves of all keys that verify at `now`, the successor's included. */
  async published(now: number): Promise<JWK[]> {
    await this.signer(now);
    return this.#keys.filter((key) => key.verifiesUntil > now).map((key) => key.publicJwk);
  }

  #signerAt(now: number): SigningKey | undefined {
    // Two processes that start together on a new database may each make a first key: both verify, the later one signs.
    return this.#keys.findLast((key) => key.signsFrom <= now && now < key.signsUntil);
  }

  /** One at a time: a thousand first sessions need one key. */
  async #make(signsFrom: number, now: number): Promise<void> {
    this.#making ??= this.#makeOne(signsFrom, now).finally(() => {
      this.#making = null;
    });
    await this.#making;
  }

  async #makeOne(signsFrom: number, now: number): Promise<void> {
    const kid = randomBytes(9).toString('base64url');
    const { publicKey, privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
    const common = { kid, alg: ALGORITHM, use: 'sig' };
    const publicJwk = JSON.stringify({ ...(await exportJWK(publicKey)), ...common });
    const privateJwk = JSON.stringify({ ...(await exportJWK(privateKey)), ...common });
    const until = signsFrom + SIGNS_MS;
    const verifiesUntil = until + MAX_SESSION_SECONDS * 1000;
    await this.#database.query(insertKey, [kid, publicJwk, privateJwk, now, signsFrom, until, verifiesUntil]);
    await this.#refresh(0);
  }

  /** Reads the table where what is known is older than that; those who ask together share one reading. */
  async #refresh(maxAgeMs: number): Promise<void> {
    if (performance.now() - this.#readAt < maxAgeMs) return;
    // With no age allowed it must begin now: a reading under way may have missed what was just written.
    if (maxAgeMs === 0) return await this.#read();
    this.#reading ??= this.#read().finally(() => {
      this.#reading = null;
    });
    await this.#reading;
  }

  async #read(): Promise<void> {
    const started = performance.now();
    const { rows } = await this.#database.query(readKeys, []);
    const present = new Map(this.#keys.map((key) => [key.kid, key]));
    const keys = await Promise.all(
      rows.reverse().map(async (row) => present.get(row.kid) ?? (await imported(row))),
    );
    if (started < this.#readAt) return;
    this.#keys = keys;
    this.#readAt = started;
  }
}

async function imported(row: Row): Promise<SigningKey> {
  const publicJwk: JWK = JSON.parse(row.public_jwk);
  const privateJwk: JWK = JSON.parse(row.private_jwk);
  return {
    kid: row.kid,
    publicJwk,
    publicKey: await asymmetric(publicJwk),
    privateKey: await asymmetric(privateJwk),
    signsFrom: Number(row.signs_from),
    signsUntil: Number(row.signs_until),
    verifiesUntil: Number(row.verifies_until),
  };
}

async function asymmetric(jwk: JWK): Promise<CryptoKey> {
  const key = await importJWK(jwk, ALGORITHM);
  if (key instanceof Uint8Array) throw new Error('A signing key is not an asymmetric one');
  return key;
}
