/** Path parameters that several nouns share. */
import { z } from 'zod';
import { accountId, cursor, grantId, holdId, limit, operationId, purchaseId } from '../schemas/primitives.ts';

export const ofAccount = z.strictObject({ account: accountId });
export const ofGrant = z.strictObject({ grant: grantId });
export const ofPurchase = z.strictObject({ purchase: purchaseId });
export const ofHold = z.strictObject({ hold: holdId });
export const ofOperation = z.strictObject({ operation: operationId });

export const paging = { limit: limit.exactOptional(), cursor: cursor.exactOptional() };
