/** Notices, webhook endpoints and what became of telling them. */
import { z } from 'zod';
import { NOTICE_TYPES } from '../../core/notice.ts';
import { instant, instantIn, json, page, resourceId, sentence } from './primitives.ts';

export const noticeType = z.enum(NOTICE_TYPES).meta({ id: 'NoticeType' });
export const endpointId = resourceId('whe').meta({ description: 'The id of a webhook endpoint.' });
export const deliveryId = resourceId('ntc').meta({
  description: 'The id of a notice: what a receiver gets as `webhook-id`, and what its delivery is called.',
});

const notice = z
  .object({
    id: deliveryId,
    type: noticeType,
    at: instant.meta({ description: 'When it happened.' }),
    data: z.record(z.string(), json).meta({ description: '`account`, and what the type says besides.' }),
  })
  .meta({ id: 'Notice' });
export const noticePage = page(notice, 'NoticePage');

const url = z
  .string()
  .max(2000)
  .meta({ examples: ['https://example.com/webhooks'] });
const types = z.array(noticeType).min(1).max(NOTICE_TYPES.length).nullable().exactOptional();
const asked = { url, types, description: sentence.nullable().exactOptional() };

export const webhookEndpointRequest = z.strictObject(asked).meta({
  id: 'WebhookEndpointRequest',
  examples: [{ url: 'https://example.com/webhooks', types: ['credits.balance_low', 'credits.expiring'] }],
});
export const webhookEndpointUpdate = z
  .strictObject({ ...asked, enabled: z.boolean().exactOptional() })
  .meta({ id: 'WebhookEndpointUpdate' });

const endpointFields = {
  id: endpointId,
  url: z.string(),
  description: z.string().nullable(),
  types: z.array(noticeType).nullable(),
  state: z.enum(['enabled', 'disabled']),
  disabled_at: instant.nullable(),
  disabled_reason: z
    .enum(['asked', 'gone', 'failing'])
    .nullable()
    .meta({ description: 'By somebody, by its own answer 410, or by five days without one success.' }),
  failing_since: instant
    .nullable()
    .meta({ description: 'Since when no attempt went well; null: the last one did.' }),
  last_error: z.string().nullable(),
  created_at: instant,
};

export const webhookEndpoint = z.object(endpointFields).meta({ id: 'WebhookEndpoint' });
export const webhookEndpointPage = page(webhookEndpoint, 'WebhookEndpointPage');
export const createdWebhookEndpoint = z
  .object({
    ...endpointFields,
    secret: z.string().meta({ description: 'What signs: `whsec_…`, shown this once.' }),
  })
  .meta({ id: 'CreatedWebhookEndpoint' });

export const rotateSecretRequest = z
  .strictObject({ overlap_seconds: z.int().min(0).max(604_800).exactOptional().meta({ default: 86_400 }) })
  .meta({ id: 'RotateSecretRequest' });

export const webhookTest = z
  .object({
    delivered: z.boolean(),
    status: z.int().nullable(),
    error: z.string().nullable(),
    duration_ms: z.int(),
  })
  .meta({ id: 'WebhookTest' });

const STATES = ['pending', 'delivered', 'dead'] as const;

export const webhookDelivery = z
  .object({
    id: deliveryId,
    endpoint: endpointId,
    account: z.string(),
    type: noticeType,
    at: instant,
    state: z.enum(STATES),
    attempts: z.int(),
    status: z.int().nullable(),
    error: z.string().nullable(),
    queued_at: instant,
    attempted_at: instant.nullable(),
  })
  .meta({ id: 'WebhookDelivery' });
export const webhookDeliveryPage = page(webhookDelivery, 'WebhookDeliveryPage');
export const deliveryState = z.enum([...STATES, 'all']);

export const replayRequest = z
  .strictObject({
    since: instantIn,
    until: instantIn.exactOptional(),
    state: z.enum(['dead', 'missed', 'all']).exactOptional().meta({
      default: 'dead',
      description: '`missed`: what happened while the endpoint was disabled or not there yet.',
    }),
  })
  .meta({ id: 'ReplayRequest' });
export const replayed = z.object({ replayed: z.int() }).meta({ id: 'Replay' });
