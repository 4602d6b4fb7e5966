import type { Route } from '../route.ts';
import { accessRoutes } from './access.ts';
import { accountLifeRoutes } from './account-life.ts';
import { accountRoutes } from './accounts.ts';
import { campaignRoutes } from './campaigns.ts';
import { cashOutRoutes } from './cash-outs.ts';
import { catalogRoutes } from './catalog.ts';
import { checkoutRoutes } from './checkouts.ts';
import { demonstrationRoutes } from './demonstration.ts';
import { grantRoutes } from './grants.ts';
import { historyRoutes } from './history.ts';
import { holdRoutes } from './holds.ts';
import { operationRoutes } from './operations.ts';
import { processRoutes } from './process.ts';
import { purchaseRoutes } from './purchases.ts';
import { reportRoutes } from './reports.ts';
import { spendingRoutes } from './spending.ts';
import { staffRoutes } from './staff.ts';
import { staffActRoutes } from './staff-acts.ts';
import { staffOidcRoutes } from './staff-oidc.ts';
import { staffSystemRoutes } from './staff-system.ts';
import { subscriptionRoutes } from './subscriptions.ts';
import { teamRoutes } from './teams.ts';
import { topUpRoutes } from './top-ups.ts';
import { webhookEndpointRoutes } from './webhook-endpoints.ts';
import { webhookRoutes } from './webhooks.ts';

/** Every route of the server, in the order of the documentation. A new noun is a file and a line here. */
export const ROUTES: readonly Route[] = [
  ...accountRoutes,
  ...accountLifeRoutes,
  ...cashOutRoutes,
  ...grantRoutes,
  ...spendingRoutes,
  ...holdRoutes,
  ...operationRoutes,
  ...teamRoutes,
  ...subscriptionRoutes,
  ...purchaseRoutes,
  ...topUpRoutes,
  ...checkoutRoutes,
  ...webhookRoutes,
  ...historyRoutes,
  ...reportRoutes,
  ...webhookEndpointRoutes,
  ...campaignRoutes,
  ...catalogRoutes,
  ...accessRoutes,
  ...staffRoutes,
  ...staffOidcRoutes,
  ...staffActRoutes,
  ...staffSystemRoutes,
  ...demonstrationRoutes,
  ...processRoutes,
];
