/** Session tokens as somebody would make them who has no key. */
import { createHmac } from 'node:crypto';

const part = (token: string, index: number) =>
  JSON.parse(Buffer.from(token.split('.')[index] ?? '', 'base64url').toString());
const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

export function tampered(token: string, sub: string): string {
  const [header, , signature] = token.split('.');
  return `${header}.${encoded({ ...part(token, 1), sub })}.${signature}`;
}

export function unsigned(token: string): string {
  return `${encoded({ ...part(token, 0), alg: 'none' })}.${encoded(part(token, 1))}.`;
}

/** The classic: the verifier's public key taken as a shared secret. */
export function confused(token: string): string {
  const body = `${encoded({ ...part(token, 0), alg: 'HS256' })}.${encoded(part(token, 1))}`;
  return `${body}.${createHmac('sha256', 'the public key').update(body).digest('base64url')}`;
}
