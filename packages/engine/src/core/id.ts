/**
 * Ids are addresses: they carry the account's number and the place within it, so finding one by id alone is a
 * primary-key read on one shard. They start with the time, so that they sort by creation.
 * Text is base 32 (Crockford's alphabet, lower case), most significant digit first, at fixed widths.
 */

const DIGITS = '0123456789abcdefghjkmnpqrstvwxyz';
const VALUES = new Map([...DIGITS].map((digit, value) => [digit, value]));

/** Widths: 55 bits hold a stamp, 50 an account number, 45 a time in ms (until the year 3084), 40 a version. */
const STAMP = 11;
const ACCOUNT = 10;
const TIME = 9;
const SEQ = 8;

export const BUCKETS = 1024;
/** Accounts per bucket: the number's low 40 bits. */
const PER_BUCKET = 2 ** 40;

/** An account's internal number: its bucket in the high bits, so that accounts of a bucket lie together. */
export function accountNumber(bucket: number, ordinal: number): number {
  return bucket * PER_BUCKET + ordinal;
}

export function bucketOf(account: number): number {
  return Math.floor(account / PER_BUCKET);
}

/** All texts of two digits: ids are made several times per deduction, so they are put together from pairs. */
const PAIRS = [...DIGITS].flatMap((high) => [...DIGITS].map((low) => high + low));

function encode(value: number, width: number): string {
  let text = '';
  let rest = value;
  for (let left = width; left > 1; left -= 2) {
    const above = Math.floor(rest / 1024);
    text = (PAIRS[rest - above * 1024] as string) + text;
    rest = above;
  }
  return width % 2 === 1 ? (DIGITS[rest % 32] as string) + text : text;
}

function decode(text: string): number | null {
  let value = 0;
  for (const digit of text) {
    const known = VALUES.get(digit);
    if (known === undefined) return null;
    value = value * 32 + known;
  }
  return Number.isSafeInteger(value) ? value : null;
}

export function grantId(account: number, no: number): string {
  return `grt_${encode(no, STAMP)}${encode(account, ACCOUNT)}`;
}

export function holdId(account: number, no: number): string {
  return `hld_${encode(no, STAMP)}${encode(account, ACCOUNT)}`;
}

export function subscriptionId(account: number, no: number): string {
  return `sub_${encode(no, STAMP)}${encode(account, ACCOUNT)}`;
}

export function operationId(account: number, entry: { readonly at: number; readonly seq: number }): string {
  return `op_${encode(entry.at, TIME)}${encode(account, ACCOUNT)}${encode(entry.seq, SEQ)}`;
}

export function noticeId(account: number, no: number): string {
  return `ntc_${encode(no, STAMP)}${encode(account, ACCOUNT)}`;
}

export function purchaseId(account: number, no: number): string {
  return `pur_${encode(no, STAMP)}${encode(account, ACCOUNT)}`;
}

export function requestId(account: number, no: number): string {
  return `req_${encode(no, STAMP)}${encode(account, ACCOUNT)}`;
}

export function auditId(account: number, no: number): string {
  return `aud_${encode(no, STAMP)}${encode(account, ACCOUNT)}`;
}

export function approvalId(account: number, no: number): string {
  return `apr_${encode(no, STAMP)}${encode(account, ACCOUNT)}`;
}

export function parseApprovalId(id: string): { account: number; no: number } | null {
  return parseStamped(id, 'apr_');
}

/** Where an id leads; null for what is no id of that kind. Whether anything is there is another question. */
export function parseGrantId(id: string): { account: number; no: number } | null {
  return parseStamped(id, 'grt_');
}

export function parseHoldId(id: string): { account: number; no: number } | null {
  return parseStamped(id, 'hld_');
}

export function parseNoticeId(id: string): { account: number; no: number } | null {
  return parseStamped(id, 'ntc_');
}

export function parsePurchaseId(id: string): { account: number; no: number } | null {
  return parseStamped(id, 'pur_');
}

export function parseSubscriptionId(id: string): { account: number; no: number } | null {
  return parseStamped(id, 'sub_');
}

export function parseRequestId(id: string): { account: number; no: number } | null {
  return parseStamped(id, 'req_');
}

export function parseOperationId(id: string): { account: number; at: number; seq: number } | null {
  if (!id.startsWith('op_') || id.length !== 3 + TIME + ACCOUNT + SEQ) return null;
  const at = decode(id.slice(3, 3 + TIME));
  const account = decode(id.slice(3 + TIME, -SEQ));
  const seq = decode(id.slice(-SEQ));
  return at === null || account === null || seq === null ? null : { account, at, seq };
}

function parseStamped(id: string, prefix: string): { account: number; no: number } | null {
  if (!id.startsWith(prefix) || id.length !== prefix.length + STAMP + ACCOUNT) return null;
  const no = decode(id.slice(prefix.length, prefix.length + STAMP));
  const account = decode(id.slice(-ACCOUNT));
  return no === null || account === null ? null : { account, no };
}
