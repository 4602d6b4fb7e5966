import type * as wire from '@drawdown/client';
import type { Json } from '../core/account.ts';
import { formatInstant } from '../core/calendar.ts';
import { noticeId, parseNoticeId } from '../core/id.ts';
import type { NoticeType } from '../core/notice.ts';
import { invalid } from '../errors.ts';
import type { DeliveryRow, Place } from './delivery-rows.ts';
import type { Endpoint } from './endpoint-rows.ts';

const instantOr = (at: number | bigint | null): string | null =>
  at === null ? null : formatInstant(Number(at));

export function presentEndpoint(one: Endpoint): wire.WebhookEndpoint {
  return {
    id: one.id,
    url: one.url,
    description: one.description,
    types: one.types === null ? null : ([...one.types] as NoticeType[]),
    state: one.disabledAt === null ? 'enabled' : 'disabled',
    disabled_at: instantOr(one.disabledAt),
    disabled_reason: one.disabledReason,
    failing_since: instantOr(one.failingSince),
    last_error: one.lastError,
    created_at: formatInstant(one.createdAt),
  };
}

export function presentDelivery(endpoint: string, row: DeliveryRow): wire.WebhookDelivery {
  return {
    id: noticeId(Number(row.account), Number(row.notice)),
    endpoint,
    account: row.id,
    type: row.type as NoticeType,
    at: formatInstant(Number(row.at)),
    state: row.state,
    attempts: row.attempts,
    status: row.status,
    error: row.error,
    queued_at: formatInstant(Number(row.queued_at)),
    attempted_at: instantOr(row.attempted_at),
  };
}

export function presentNotice(row: {
  account: bigint;
  no: bigint;
  type: string;
  at: bigint;
  data: string;
}): wire.Notice {
  return {
    id: noticeId(Number(row.account), Number(row.no)),
    type: row.type as NoticeType,
    at: formatInstant(Number(row.at)),
    data: JSON.parse(row.data) as { [key: string]: Json },
  };
}

/** Lists over all accounts go by the notice: its id is the cursor. Beyond all there is, where there is no cursor. */
export function placeOf(cursor: string | undefined): Place {
  if (cursor === undefined) return { account: Number.MAX_SAFE_INTEGER, no: Number.MAX_SAFE_INTEGER };
  const place = parseNoticeId(cursor);
  if (place === null) throw invalid('cursor', 'is none that this list gave', 'invalid_cursor');
  return place;
}
