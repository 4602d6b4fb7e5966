import type { CatalogFile } from './schema.ts';

/**
 * The catalog that a server starts with: a published article on the order in which credits are used, as configuration.
 * Its order, its classes' terms, its surfaces and its features are the article's own words; amounts and money prices,
 * of which it names only the example's 25, are this catalog's.
 */
export const shippedCatalog = {
  name: 'Drawdown',
  scale: 0,
  strategy: 'class_order',
  classes: [
    // "Included with active Pro or Teams subscriptions … reset periodically and expire if unused": a period's lot
    // brings its own end, so that there is no default.
    { id: 'subscription', name: 'Subscription credits', paid: false },
    // "Earned through events, campaigns, referrals, or limited-time offers; shorter validity periods (7–30 days)".
    { id: 'promotional', name: 'Activity credits', paid: false, default_validity: 'P30D' },
    // "Typically do not expire (unless stated otherwise)".
    { id: 'purchased', name: 'Purchased credits', paid: true, default_validity: null },
  ],
  surfaces: {
    web: { credits: true },
    desktop_windows: { credits: true },
    desktop_macos: { credits: true },
    ios: { credits: false },
    android: { credits: false },
    server: { credits: true },
  },
  features: {
    ai_script: {
      name: 'AI script generation',
      description: 'Writes a script from a few words.',
      price: { kind: 'per_unit', amount: 25, unit: 'script', increment: 1, maximum_units: 100 },
      surfaces: { ios: 'open_on_web', android: 'open_on_web' },
    },
    smart_cutout: {
      name: 'Smart cutout',
      description: 'Cuts the subject out of its background.',
      price: { kind: 'flat', amount: 5 },
      // "They either use device-based processing (free) or require you to open the project" on the web.
      surfaces: { ios: 'free_on_device', android: 'free_on_device' },
    },
    advanced_template_export: {
      name: 'Watermark-free export with advanced templates',
      description: 'Exports without a watermark, priced by length and resolution.',
      price: {
        kind: 'table',
        dimensions: [
          { kind: 'tier', id: 'seconds', up_to: [15, 60, 300, 600], default: 15 },
          { kind: 'choice', id: 'resolution', values: ['720p', '1080p', '4k'], default: '1080p' },
        ],
        cells: [
          { when: { seconds: 15, resolution: '720p' }, amount: 10 },
          { when: { seconds: 15, resolution: '1080p' }, amount: 15 },
          { when: { seconds: 15, resolution: '4k' }, amount: 30 },
          { when: { seconds: 60, resolution: '720p' }, amount: 20 },
          { when: { seconds: 60, resolution: '1080p' }, amount: 30 },
          { when: { seconds: 60, resolution: '4k' }, amount: 60 },
          { when: { seconds: 300, resolution: '720p' }, amount: 50 },
          { when: { seconds: 300, resolution: '1080p' }, amount: 75 },
          { when: { seconds: 300, resolution: '4k' }, amount: 150 },
          { when: { seconds: 600, resolution: '720p' }, amount: 90 },
          { when: { seconds: 600, resolution: '1080p' }, amount: 140 },
          { when: { seconds: 600, resolution: '4k' }, amount: null },
        ],
      },
      surfaces: { ios: 'open_on_web', android: 'open_on_web' },
    },
    premium_template_export: {
      name: 'Premium template export',
      description: 'Exports a project made from a premium template.',
      price: { kind: 'flat', amount: 10 },
      surfaces: { ios: 'open_on_web', android: 'open_on_web' },
    },
  },
  plans: [
    {
      id: 'pro',
      name: 'Pro',
      kind: 'personal',
      class: 'subscription',
      billing: [
        { interval: 'month', credits: 600, prices: { USD: 1999, EUR: 1999 } },
        { interval: 'year', refill: 'monthly', credits: 600, prices: { USD: 17_999, EUR: 17_999 } },
      ],
      trial: { validity: 'P7D', credits: 100 },
      grace: 'P7D',
    },
    {
      id: 'teams',
      name: 'Teams',
      kind: 'team',
      seats: [3, 5, 10, 15, 30],
      class: 'subscription',
      billing: [
        { interval: 'month', credits: 600, prices: { USD: 2499, EUR: 2499 } },
        { interval: 'year', refill: 'monthly', credits: 600, prices: { USD: 22_999, EUR: 22_999 } },
      ],
      grace: 'P7D',
    },
  ],
  packs: [
    { id: 'pack_100', name: '100 credits', credits: 100, prices: { USD: 499, EUR: 499 } },
    { id: 'pack_500', name: '500 credits', credits: 500, prices: { USD: 1999, EUR: 1999 } },
    {
      id: 'pack_1200',
      name: '1,200 credits and 100 on top',
      credits: 1200,
      bonus: 100,
      prices: { USD: 3999, EUR: 3999 },
    },
  ],
  // For who wants another amount; in cents a credit, and dearer than the packs, which stay the better offer.
  exact_amount: {
    minimum: 50,
    maximum: 10_000,
    step: 10,
    tiers: [
      { up_to: 500, unit_prices: { USD: 5.49, EUR: 5.49 } },
      { up_to: 2000, unit_prices: { USD: 4.99, EUR: 4.99 } },
      { unit_prices: { USD: 4.49, EUR: 4.49 } },
    ],
  },
  campaigns: [
    {
      id: 'creator_event',
      name: 'Creator event',
      kind: 'event',
      credits: 30,
      class: 'promotional',
      validity: 'P14D',
      budget: 30_000,
    },
    {
      id: 'limited_offer',
      name: 'Limited-time offer',
      kind: 'limited_time_offer',
      credits: 50,
      class: 'promotional',
      validity: 'P7D',
      starts_at: '2026-01-01T00:00:00Z',
      ends_at: '2030-01-01T00:00:00Z',
      budget: 50_000,
    },
    {
      id: 'promotion_code',
      name: 'Promotion code',
      kind: 'promotion_code',
      credits: 40,
      class: 'promotional',
      validity: 'P30D',
      budget: 40_000,
      codes: { kind: 'single_use' },
    },
    {
      id: 'invite_a_friend',
      name: 'Invite a friend',
      kind: 'referral',
      credits: 20,
      class: 'promotional',
      validity: 'P30D',
      per_device_limit: 1,
      referral: { inviter_credits: 20, inviter_limit: 50 },
    },
    {
      id: 'daily_check_in',
      name: 'Daily check-in',
      kind: 'daily_check_in',
      credits: 2,
      class: 'promotional',
      validity: 'P7D',
    },
    {
      id: 'sign_up_bonus',
      name: 'Welcome',
      kind: 'sign_up_bonus',
      credits: 15,
      class: 'promotional',
      validity: 'P7D',
      per_device_limit: 1,
      audience: { account_kinds: ['user'], newer_than: 'P7D' },
    },
  ],
  policies: {
    refund_grace: 'P7D',
    overdraft: { allowed: false },
    reversal: 'loss',
    holds: { default_ttl_seconds: 900, max_ttl_seconds: 86_400 },
    quotes: { ttl_seconds: 300 },
    campaign_validity: { minimum: 'P7D', maximum: 'P30D' },
    pack_refund_window: 'P14D',
    notices: { expiring: { promotional: [3, 1], purchased: [30, 7, 1] } },
    // Bought credits never expire here; the floors bind a product that lets its own expire.
    jurisdictions: {
      US: { expiry_floor: 'P5Y' },
      'US-CA': { expiry_floor: 'P5Y', cash_out: { at_most_minor: 999, currency: 'USD' } },
      DE: { withdrawal_window: 'P14D' },
      FR: { withdrawal_window: 'P14D' },
    },
  },
} satisfies CatalogFile;
