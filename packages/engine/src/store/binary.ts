/**
 * Builds array parameters in PostgreSQL's binary format, so that a batch travels as a few buffers: the server reads
 * `$1::int8[]` from them without parsing text, and the driver passes a `Buffer` on as it is.
 *
 * The format (`array_recv`): dimensions, a flag for nulls, the element type's OID, then per dimension its length and
 * lower bound, then every element as a four-byte length (−1: null) and its bytes, all big-endian. The cast in the
 * statement must name the same element type. Values out of range are a `RangeError`: the caller's invariant broke.
 */

const OID = { bool: 16, bytea: 17, int8: 20, int2: 21, int4: 23, text: 25 } as const;
const HEADER_BYTES = 20;
const LENGTH_BYTES = 4;
const NULL_LENGTH = -1;
/** A UTF-16 code unit takes at most three bytes of UTF-8 (a surrogate pair takes four for its two). */
const UTF8_BYTES_PER_UNIT = 3;
/** Up to about this length a loop over ASCII beats the call into the runtime's encoder. */
const SHORT_TEXT = 40;
const TWO_TO_32 = 2 ** 32;

/** `int8[]` from safe integers and bigints within 64 bits. */
export function int8Array(values: ArrayLike<number | bigint | null>): Buffer {
  const count = values.length;
  const buffer = Buffer.allocUnsafe(HEADER_BYTES + count * (LENGTH_BYTES + 8));
  const view = viewOf(buffer);
  let nulls = 0;
  let at = HEADER_BYTES;
  for (let i = 0; i < count; i += 1) {
    const value = values[i] as number | bigint | null;
    if (value === null) {
      view.setInt32(at, NULL_LENGTH);
      at += LENGTH_BYTES;
      nulls = 1;
      continue;
    }
    view.setInt32(at, 8);
    if (typeof value === 'number') {
      if (!Number.isSafeInteger(value)) throw outOfRange('int8');
      // The floor makes the low word non-negative for negative numbers too, which is two's complement.
      view.setInt32(at + 4, Math.floor(value / TWO_TO_32));
      view.setInt32(at + 8, value | 0);
    } else {
      if (BigInt.asIntN(64, value) !== value) throw outOfRange('int8');
      view.setBigInt64(at + 4, value);
    }
    at += LENGTH_BYTES + 8;
  }
  return finish({ buffer, view, count, nulls, oid: OID.int8, end: at });
}

/** `int4[]`. */
export function int4Array(values: ArrayLike<number | null>): Buffer {
  const count = values.length;
  const buffer = Buffer.allocUnsafe(HEADER_BYTES + count * (LENGTH_BYTES + 4));
  const view = viewOf(buffer);
  let nulls = 0;
  let at = HEADER_BYTES;
  for (let i = 0; i < count; i += 1) {
    const value = values[i] as number | null;
    if (value === null) {
      view.setInt32(at, NULL_LENGTH);
      at += LENGTH_BYTES;
      nulls = 1;
      continue;
    }
    if ((value | 0) !== value) throw outOfRange('int4');
    view.setInt32(at, 4);
    view.setInt32(at + 4, value);
    at += LENGTH_BYTES + 4;
  }
  return finish({ buffer, view, count, nulls, oid: OID.int4, end: at });
}

/** `int2[]`. */
export function int2Array(values: ArrayLike<number | null>): Buffer {
  const count = values.length;
  const buffer = Buffer.allocUnsafe(HEADER_BYTES + count * (LENGTH_BYTES + 2));
  const view = viewOf(buffer);
  let nulls = 0;
  let at = HEADER_BYTES;
  for (let i = 0; i < count; i += 1) {
    const value = values[i] as number | null;
    if (value === null) {
      view.setInt32(at, NULL_LENGTH);
      at += LENGTH_BYTES;
      nulls = 1;
      continue;
    }
    if ((value << 16) >> 16 !== value) throw outOfRange('int2');
    view.setInt32(at, 2);
    view.setInt16(at + 4, value);
    at += LENGTH_BYTES + 2;
  }
  return finish({ buffer, view, count, nulls, oid: OID.int2, end: at });
}

/** `boolean[]`. */
export function boolArray(values: ArrayLike<boolean | null>): Buffer {
  const count = values.length;
  const buffer = Buffer.allocUnsafe(HEADER_BYTES + count * (LENGTH_BYTES + 1));
  const view = viewOf(buffer);
  let nulls = 0;
  let at = HEADER_BYTES;
  for (let i = 0; i < count; i += 1) {
    const value = values[i] as boolean | null;
    if (value === null) {
      view.setInt32(at, NULL_LENGTH);
      at += LENGTH_BYTES;
      nulls = 1;
      continue;
    }
    view.setInt32(at, 1);
    buffer[at + 4] = value ? 1 : 0;
    at += LENGTH_BYTES + 1;
  }
  return finish({ buffer, view, count, nulls, oid: OID.bool, end: at });
}

/**
 * `text[]` in UTF-8. The server refuses U+0000, so it must not come this far; a lone surrogate becomes U+FFFD. The
 * buffer serves `jsonb[]` by a second cast: `$1::text[]::jsonb[]`.
 */
export function textArray(values: ArrayLike<string | null>): Buffer {
  const count = values.length;
  let most = HEADER_BYTES + count * LENGTH_BYTES;
  for (let i = 0; i < count; i += 1) most += (values[i]?.length ?? 0) * UTF8_BYTES_PER_UNIT;
  const buffer = Buffer.allocUnsafe(most);
  const view = viewOf(buffer);
  let nulls = 0;
  let at = HEADER_BYTES;
  for (let i = 0; i < count; i += 1) {
    const value = values[i] as string | null;
    if (value === null) {
      view.setInt32(at, NULL_LENGTH);
      at += LENGTH_BYTES;
      nulls = 1;
      continue;
    }
    const written = writeText(buffer, value, at + LENGTH_BYTES);
    view.setInt32(at, written);
    at += LENGTH_BYTES + written;
  }
  return finish({ buffer, view, count, nulls, oid: OID.text, end: at });
}

/** `bytea[]`. */
export function byteaArray(values: ArrayLike<Uint8Array | null>): Buffer {
  const count = values.length;
  let size = HEADER_BYTES + count * LENGTH_BYTES;
  for (let i = 0; i < count; i += 1) size += values[i]?.length ?? 0;
  const buffer = Buffer.allocUnsafe(size);
  const view = viewOf(buffer);
  let nulls = 0;
  let at = HEADER_BYTES;
  for (let i = 0; i < count; i += 1) {
    const value = values[i] as Uint8Array | null;
    if (value === null) {
      view.setInt32(at, NULL_LENGTH);
      at += LENGTH_BYTES;
      nulls = 1;
      continue;
    }
    view.setInt32(at, value.length);
    buffer.set(value, at + LENGTH_BYTES);
    at += LENGTH_BYTES + value.length;
  }
  return finish({ buffer, view, count, nulls, oid: OID.bytea, end: at });
}

/** `bytea[]` from hexadecimal text, which spares the hot path an object per hash. */
export function hexArray(values: ArrayLike<string | null>): Buffer {
  const count = values.length;
  let size = HEADER_BYTES + count * LENGTH_BYTES;
  for (let i = 0; i < count; i += 1) size += (values[i]?.length ?? 0) / 2;
  const buffer = Buffer.allocUnsafe(size);
  const view = viewOf(buffer);
  let nulls = 0;
  let at = HEADER_BYTES;
  for (let i = 0; i < count; i += 1) {
    const value = values[i] as string | null;
    if (value === null) {
      view.setInt32(at, NULL_LENGTH);
      at += LENGTH_BYTES;
      nulls = 1;
      continue;
    }
    const length = value.length / 2;
    view.setInt32(at, length);
    if (buffer.write(value, at + LENGTH_BYTES, 'hex') !== length) throw outOfRange('hexadecimal');
    at += LENGTH_BYTES + length;
  }
  return finish({ buffer, view, count, nulls, oid: OID.bytea, end: at });
}

/** Writes UTF-8 and tells how many bytes. */
function writeText(buffer: Buffer, value: string, start: number): number {
  const length = value.length;
  if (length > SHORT_TEXT) return buffer.write(value, start, 'utf8');
  for (let i = 0; i < length; i += 1) {
    const code = value.charCodeAt(i);
    if (code > 0x7f) return buffer.write(value, start, 'utf8');
    buffer[start + i] = code;
  }
  return length;
}

function viewOf(buffer: Buffer): DataView {
  return new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
}

interface Filled {
  buffer: Buffer;
  view: DataView;
  count: number;
  nulls: number;
  oid: number;
  end: number;
}

/** Writes the header, which is known only now, and cuts what was reserved too much. */
function finish({ buffer, view, count, nulls, oid, end }: Filled): Buffer {
  // PostgreSQL's empty array has no dimension at all.
  view.setInt32(0, count === 0 ? 0 : 1);
  view.setInt32(4, nulls);
  view.setInt32(8, oid);
  if (count === 0) return buffer.subarray(0, 12);
  view.setInt32(12, count);
  view.setInt32(16, 1);
  return end === buffer.length ? buffer : buffer.subarray(0, end);
}

function outOfRange(type: string): RangeError {
  return new RangeError(`a value is out of the range of ${type}`);
}
