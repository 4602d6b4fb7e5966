/**
 * What the browser carries while its person is at the identity provider: a cookie that only this installation can read
 * and write, so that whoever comes back is whoever went.
 */
import { randomBytes } from 'node:crypto';
import { EncryptJWT, errors, type JWTPayload, jwtDecrypt } from 'jose';
import type { Database } from '../store/database.ts';
import { setting } from '../store/settings.ts';

export interface Ticket {
  readonly state: string;
  readonly nonce: string;
  /** Of PKCE. */
  readonly verifier: string;
  /** A path of the console. */
  readonly returnTo: string;
}

/** Somebody looks for their second factor; whoever takes longer has gone for lunch. */
export const TICKET_SECONDS = 600;

const AUDIENCE = 'staff_sign_in';
const KEY_BYTES = 32;

export class SignInTickets {
  readonly #database: Database;
  readonly #now: () => Promise<number>;
  #key: Buffer | null = null;

  constructor({ database, now }: { readonly database: Database; readonly now: () => Promise<number> }) {
    this.#database = database;
    this.#now = now;
  }

  async seal(ticket: Ticket): Promise<string> {
    const issued = Math.floor((await this.#now()) / 1000);
    return await new EncryptJWT({ ...ticket })
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
      .setAudience(AUDIENCE)
      .setExpirationTime(issued + TICKET_SECONDS)
      .encrypt(await this.#secret());
  }

  /** Null where it is none of ours, or too old. */
  async open(sealed: string): Promise<Ticket | null> {
    try {
      const { payload } = await jwtDecrypt(sealed, await this.#secret(), {
        audience: AUDIENCE,
        requiredClaims: ['exp'],
        keyManagementAlgorithms: ['dir'],
        contentEncryptionAlgorithms: ['A256GCM'],
        currentDate: new Date(await this.#now()),
      });
      return ticketOf(payload);
    } catch (error) {
      if (error instanceof errors.JOSEError) return null;
      throw error;
    }
  }

  /** One for all processes: who was sent off by one may come back to another. */
  async #secret(): Promise<Buffer> {
    this.#key ??= Buffer.from(
      await setting(this.#database, 'sign_in_secret', () => randomBytes(KEY_BYTES).toString('base64url')),
      'base64url',
    );
    return this.#key;
  }
}

function ticketOf({ state, nonce, verifier, returnTo }: JWTPayload): Ticket | null {
  const fields = [state, nonce, verifier, returnTo];
  if (!fields.every((one) => typeof one === 'string')) return null;
  return { state, nonce, verifier, returnTo } as Ticket;
}
