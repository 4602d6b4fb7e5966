/** Over TLS, the name in the URL is what the receiver must prove to be, although the address was chosen before. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { certificate, IS_AUTHORITY, pair, pem, reachedAs } from '../support/certificate.ts';
import { openReceiver, type Receiver } from './receiver.ts';

const directory = mkdtempSync(join(tmpdir(), 'drawdown-tls-'));
const authority = pair();
const issuer = 'Test Authority';
const root = certificate({
  subject: issuer,
  issuer,
  key: authority.publicKey,
  signer: authority.privateKey,
  extensions: [IS_AUTHORITY],
});
const receivers: Receiver[] = [];

async function receiverOf(host: string): Promise<Receiver> {
  const { publicKey, privateKey } = pair();
  const cert = certificate({
    subject: host,
    issuer,
    key: publicKey,
    signer: authority.privateKey,
    extensions: [reachedAs(host)],
  });
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  const receiver = await openReceiver({ key, cert: pem(cert) });
  receivers.push(receiver);
  return receiver;
}

beforeAll(() => writeFileSync(join(directory, 'root.pem'), pem(root)));

afterAll(async () => {
  for (const receiver of receivers) await receiver.close();
  rmSync(directory, { recursive: true });
});

async function outcome(receiver: Receiver, trusts: boolean): Promise<unknown> {
  const loader = new URL('../support/run-typescript.mjs', import.meta.url).href;
  const program = fileURLToPath(new URL('./post-process.ts', import.meta.url));
  const env = { ...process.env, ...(trusts ? { NODE_EXTRA_CA_CERTS: join(directory, 'root.pem') } : {}) };
  const words = ['--import', loader, program, receiver.url];
  const { stdout } = await promisify(execFile)(process.execPath, words, { env });
  const { status, error } = JSON.parse(stdout) as { status: number | null; error: string | null };
  return status ?? error;
}

test('a receiver is believed by its name and its authority, and asked for by its name', async () => {
  const right = await receiverOf('localhost');
  const names: unknown[] = [];
  right.answer((response) => {
    names.push((response.socket as TLSSocket & { servername?: string }).servername);
    response.writeHead(204).end();
  });
  expect(await outcome(right, true)).toBe(204);
  expect(names).toEqual(['localhost']);
  const other = await receiverOf('other.example');
  expect(await outcome(other, true)).toBe('the connection failed: ERR_TLS_CERT_ALTNAME_INVALID');
  expect(await outcome(right, false)).toBe('the connection failed: UNABLE_TO_VERIFY_LEAF_SIGNATURE');
  // Nothing was said to who could not prove to be meant.
  expect([right.received.length, other.received.length]).toEqual([1, 0]);
});
