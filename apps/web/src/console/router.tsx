/** Addresses below `/console`. What is being looked at, and how it is filtered, is in the address: it can be sent to a colleague. */
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router';
import { Broken } from './broken.tsx';
import { ConsoleFrame } from './frame.tsx';
import { Missing } from './missing.tsx';

/** What is not in the address is not in the filter: a page is shared by its address, and that stays short. */
function texts<const Key extends string>(keys: readonly Key[]) {
  return (search: Record<string, unknown>): { [K in Key]?: string | undefined } =>
    Object.fromEntries(
      keys.flatMap((key) => {
        const value = search[key];
        if (value === undefined || value === null || value === '') return [];
        return [[key, typeof value === 'string' ? value : String(value)]];
      }),
    ) as { [K in Key]?: string | undefined };
}

const root = createRootRoute({ component: ConsoleFrame, notFoundComponent: Missing });
const getParentRoute = () => root;

const start = createRoute({
  getParentRoute,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/accounts', replace: true });
  },
});
const accounts = createRoute({
  getParentRoute,
  path: '/accounts',
  validateSearch: texts(['q', 'state']),
  component: lazyRouteComponent(() => import('./accounts/accounts-page.tsx'), 'AccountsPage'),
});
const account = createRoute({
  getParentRoute,
  path: '/accounts/$account',
  validateSearch: texts(['view', 'type', 'class']),
  component: lazyRouteComponent(() => import('./accounts/account-page.tsx'), 'AccountPage'),
});
const approvals = createRoute({
  getParentRoute,
  path: '/approvals',
  validateSearch: texts(['state']),
  component: lazyRouteComponent(() => import('./approvals/approvals-page.tsx'), 'ApprovalsPage'),
});
const approval = createRoute({
  getParentRoute,
  path: '/approvals/$approval',
  component: lazyRouteComponent(() => import('./approvals/approval-page.tsx'), 'ApprovalPage'),
});
const audit = createRoute({
  getParentRoute,
  path: '/audit',
  validateSearch: texts(['account', 'subject', 'staff', 'act', 'from', 'to']),
  component: lazyRouteComponent(() => import('./audit/audit-page.tsx'), 'AuditPage'),
});
const staff = createRoute({
  getParentRoute,
  path: '/staff',
  component: lazyRouteComponent(() => import('./staff/staff-page.tsx'), 'StaffPage'),
});
const campaigns = createRoute({
  getParentRoute,
  path: '/campaigns',
  component: lazyRouteComponent(() => import('./campaigns/campaigns-page.tsx'), 'CampaignsPage'),
});
const newCampaign = createRoute({
  getParentRoute,
  path: '/campaigns/new',
  component: lazyRouteComponent(() => import('./campaigns/new-campaign-page.tsx'), 'NewCampaignPage'),
});
const campaign = createRoute({
  getParentRoute,
  path: '/campaigns/$campaign',
  component: lazyRouteComponent(() => import('./campaigns/campaign-page.tsx'), 'CampaignPage'),
});
const finance = createRoute({
  getParentRoute,
  path: '/finance',
  validateSearch: texts(['report', 'from', 'to', 'at', 'group']),
  component: lazyRouteComponent(() => import('./finance/finance-page.tsx'), 'FinancePage'),
});
const webhooks = createRoute({
  getParentRoute,
  path: '/webhooks',
  component: lazyRouteComponent(() => import('./webhooks/webhooks-page.tsx'), 'WebhooksPage'),
});
const webhook = createRoute({
  getParentRoute,
  path: '/webhooks/$endpoint',
  validateSearch: texts(['state']),
  component: lazyRouteComponent(() => import('./webhooks/webhook-page.tsx'), 'WebhookPage'),
});
const system = createRoute({
  getParentRoute,
  path: '/system',
  component: lazyRouteComponent(() => import('./system/system-page.tsx'), 'SystemPage'),
});

export const router = createRouter({
  basepath: '/console',
  // What is pointed at is mostly what is opened next.
  defaultPreload: 'intent',
  defaultErrorComponent: Broken,
  routeTree: root.addChildren([
    start,
    accounts,
    account,
    approvals,
    approval,
    audit,
    staff,
    campaigns,
    newCampaign,
    campaign,
    finance,
    webhooks,
    webhook,
    system,
  ]),
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
