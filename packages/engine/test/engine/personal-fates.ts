/** What becomes of each column when a person's data are exported, and when they are removed. */

export interface Fate {
  /** The type of the line that it is in; or why it is in none. */
  readonly exported: { readonly as: string } | { readonly not: string };
  /** `cleared`: it may name the person, and does not afterwards; else why it does not matter. */
  readonly erased: 'cleared' | { readonly kept: string };
}

type Group = readonly [columns: string, exported: Fate['exported'], erased: Fate['erased']];

const as = (type: string): Fate['exported'] => ({ as: type });
const not = (why: string): Fate['exported'] => ({ not: why });
const kept = (why: string): Fate['erased'] => ({ kept: why });

const LEDGER = kept('the ledger stays whole: amounts, lots and instants do not say whose');
const TERMS = kept('what was agreed on, in the words of the catalog');
const GONE = kept('goes with its row');
const CLOSED = kept('ends with the account, which is closed before it is erased');
const PLACE = not('the place of a row in the database');
const PLACED = kept('a number that the engine gave, by which rows find each other');
const INSIDE = not('the bookkeeping of the engine, which follows from other columns');
const BOOKED = kept('follows from what stays, and says nothing of whom');
const NOBODY = not('belongs to no account');
const NOBODYS = kept('belongs to no account');
const ACTS = 'what staff did is in the entries that it came to; who they are is not of the person';
const STAFF = kept('a key or a word of the product, not of the person');
const PROVIDER = kept(
  "the provider's name of a payment: refunds and disputes that come late are found by it",
);

const TABLES: Readonly<Record<string, readonly Group[]>> = {
  accounts: [
    ['id metadata', as('account'), 'cleared'],
    ['kind created_at closed_at', as('account'), LEDGER],
    ['time_zone', as('account'), kept('becomes UTC')],
    ['merged_into', as('merge'), PLACED],
    ['seq at total debt', as('balance'), LEDGER],
    ['number bucket', PLACE, PLACED],
    ['profile_hash', INSIDE, kept('is made anew from what stays')],
    ['head stamp due_at', INSIDE, BOOKED],
  ],
  approvals: [
    ['reason input preview decision_reason', not(ACTS), 'cleared'],
    ['act at expires_at size state decided_at seq subject', not(ACTS), LEDGER],
    ['staff name decided_by decided_name', not(ACTS), STAFF],
    ['key', not('a hash by which a repetition is known, and nothing else'), BOOKED],
    ['account no bucket', PLACE, PLACED],
  ],
  audit: [
    ['reason input', not(ACTS), 'cleared'],
    ['preview', not(ACTS), kept('becomes null')],
    ['act at size seq last_seq approval subject', not(ACTS), LEDGER],
    ['staff name request approved_by approved_name', not(ACTS), STAFF],
    ['account no bucket', PLACE, PLACED],
  ],
  auto_top_ups: [
    ['consent', as('auto_top_up'), 'cleared'],
    ['threshold pack cap_minor currency state reason updated_at', as('auto_top_up'), GONE],
    ['capped_until look_at', INSIDE, GONE],
    ['account bucket', PLACE, GONE],
  ],
  campaign_awards: [
    ['campaign role amount day at grant_no', as('redemption'), LEDGER],
    ['validity', as('grant'), TERMS],
    ['account no bucket', PLACE, PLACED],
  ],
  campaign_codes: [
    ['hash', as('referral_code'), 'cleared'],
    ['created_by', as('referral_code'), 'cleared'],
    ['campaign kind uses created_at', as('referral_code'), GONE],
    ['owner', PLACE, GONE],
    ['redeemed_by redeemed_at', as('redemption'), LEDGER],
  ],
  campaign_devices: [
    [
      'campaign device awards',
      NOBODY,
      kept('a hash that no account is named with, and cannot be found by one'),
    ],
  ],
  campaigns: [
    ['id no origin terms created_at created_by stopped_at stopped_by stop_reason spent', NOBODY, NOBODYS],
    ['approval waiting', NOBODY, NOBODYS],
  ],
  audit_began: [['account seq bucket', not('up to where the log was not complete'), PLACED]],
  catalogs: [['version document recorded_at', NOBODY, NOBODYS]],
  change_keys: [
    ['key fingerprint', as('change_key'), 'cleared'],
    ['created_at', as('change_key'), GONE],
    ['account bucket', PLACE, GONE],
  ],
  code_attempts: [
    ['since failures', not('a limit on guesses, of the last hour'), GONE],
    ['account bucket', PLACE, GONE],
  ],
  entries: [
    ['actor detail', as('entry'), 'cleared'],
    ['key fingerprint', not('hashes by which a repetition is known, and nothing else'), 'cleared'],
    ['seq type at amount held debt total feature moves hold reverses', as('entry'), LEDGER],
    ['hash', as('entry'), kept('the chain: what is under it is attested to by another entry')],
    ['catalog', as('grant'), TERMS],
    ['account bucket', PLACE, PLACED],
  ],
  erased_uses: [
    [
      'id_hash use times',
      not('of ids that nobody has; whose they were cannot be read'),
      kept('a hash under a key of the installation: what there is once for a person is not there twice'),
    ],
  ],
  erasures: [
    [
      'account pseudonym reason actor started_at finished_at entries bucket',
      not('the record of a removal, after which there is nobody to export to'),
      kept(
        'shows that it was done, when, by whom and upon which request; staff name the request, not the person',
      ),
    ],
  ],
  forgotten_methods: [
    ['customer method', not('a way to pay that is being forgotten'), 'cleared'],
    ['provider tries due_at', INSIDE, GONE],
    ['account bucket', PLACE, GONE],
  ],
  grants: [
    ['source_ref metadata', as('grant'), 'cleared'],
    ['class amount priority effective_at expires_at features source_type', as('grant'), LEDGER],
    ['cost_minor currency catalog created_at frozen remaining held', as('grant'), LEDGER],
    ['consumed expired voided transferred phase', as('grant'), LEDGER],
    ['no', as('grant'), PLACED],
    ['seq granted finished', INSIDE, BOOKED],
    ['account bucket', PLACE, PLACED],
  ],
  holds: [
    ['actor', as('entry'), 'cleared'],
    ['member', as('hold'), 'cleared'],
    ['no amount captured feature draws state created_at expires_at', as('hold'), LEDGER],
    ['seq', INSIDE, BOOKED],
    ['account bucket', PLACE, PLACED],
  ],
  keys: [
    [
      'id hash name prefix scopes created_at created_by expires_at revoked_at revoked_by last_used_at owner vouched_at vouched_by',
      NOBODY,
      NOBODYS,
    ],
  ],
  low_balances: [
    ['threshold since', INSIDE, GONE],
    ['account bucket', PLACE, GONE],
  ],
  member_requests: [
    ['member reason decided_by', as('member_request'), 'cleared'],
    ['no amount period state created_at decided_at', as('member_request'), LEDGER],
    ['expires_at', INSIDE, BOOKED],
    ['account bucket', PLACE, PLACED],
  ],
  members: [
    ['member', as('membership'), 'cleared'],
    ['role limit_amount limit_per month month_used joined_at left_at', as('membership'), LEDGER],
    ['day day_after day_used month_after extra extra_period told no', INSIDE, BOOKED],
    ['account bucket', PLACE, PLACED],
  ],
  merges: [
    ['reason actor', as('merge'), 'cleared'],
    ['account into_account created_at delivered_at', as('merge'), PLACED],
    ['seq delivered_seq due_at tries', INSIDE, BOOKED],
    ['bucket', PLACE, PLACED],
  ],
  notice_reminders: [
    ['grant_no days due_at', INSIDE, GONE],
    ['account bucket', PLACE, GONE],
  ],
  notices: [
    ['data', as('notice'), 'cleared'],
    ['type at', as('notice'), kept('goes with its row; of a team, says what happened to it')],
    ['no tx account bucket', PLACE, PLACED],
  ],
  payment_methods: [
    ['provider customer method label saved_at', as('payment_method'), CLOSED],
    ['closing_until', not('an instant within minutes, while the account is being closed'), CLOSED],
    ['account bucket', PLACE, CLOSED],
  ],
  plan_checkouts: [
    ['url return_url', not('addresses of a checkout that is over'), 'cleared'],
    ['key fingerprint', not('hashes by which a repetition is known, and nothing else'), 'cleared'],
    ['jurisdiction consent', as('plan_checkout'), 'cleared'],
    ['law', as('plan_checkout'), kept('what a jurisdiction asked for, which many share')],
    ['refund_window', not('follows from the law'), TERMS],
    ['saves', not('whether how it was paid was kept, which the payment method says'), TERMS],
    ['no provider offer trial state created_at', as('plan_checkout'), TERMS],
    ['checkout external', not("the provider's names, which the purchases of the plan carry"), PROVIDER],
    ['looks updated_at', INSIDE, BOOKED],
    ['account bucket', PLACE, PLACED],
  ],
  plan_changes: [
    ['key', not('a hash by which a repetition is known, and nothing else'), 'cleared'],
    ['no subscription offer begins state created_at', as('plan_change'), TERMS],
    ['refusal', not('what the provider said, in its own words'), 'cleared'],
    ['updated_at', INSIDE, BOOKED],
    ['account bucket', PLACE, PLACED],
  ],
  purchases: [
    ['url return_url', not('addresses of a checkout that is over'), 'cleared'],
    ['jurisdiction consent', as('purchase'), 'cleared'],
    ['key fingerprint', not('hashes by which a repetition is known, and nothing else'), 'cleared'],
    ['provider checkout payment', as('purchase'), PROVIDER],
    [
      'facts',
      as('purchase'),
      kept('sums and names of the provider: what comes late is told from what was before'),
    ],
    ['pack credits bonus class validity price_minor currency refund_window', as('purchase'), TERMS],
    ['no state parts frozen paid_at plan subscription created_at', as('purchase'), LEDGER],
    ['law', as('purchase'), kept('what a jurisdiction asked for, which many share')],
    ['reversal ends_at awaits followed moved_to moved_no updated_at', INSIDE, BOOKED],
    ['account bucket', PLACE, PLACED],
  ],
  redactions: [['account seq digest bucket', INSIDE, kept('is over what the entries say now')]],
  referral_codes: [
    ['campaign code created_at', as('referral_code'), GONE],
    ['account bucket', PLACE, GONE],
  ],
  referrals: [
    ['campaign created_at', as('referral'), LEDGER],
    ['inviter', not("another person's"), PLACED],
    ['amount class validity', not("another person's"), TERMS],
    ['delivered_at due_at tries', INSIDE, BOOKED],
    ['account bucket', PLACE, PLACED],
  ],
  schema_migrations: [['version name checksum applied_at', NOBODY, NOBODYS]],
  settings: [['name value', NOBODY, NOBODYS]],
  settlements: [
    ['no purchase credits amount_minor currency way kind created_at', as('settlement'), LEDGER],
    ['payment', not("the provider's name of a payment, by which a settlement is found"), PROVIDER],
    [
      'paid_at paid_by paid_minor reference',
      as('settlement'),
      kept('books of payments are kept by law; a reference is the payment, not the person'),
    ],
    ['back_minor ordinal seq', INSIDE, BOOKED],
    ['account bucket', PLACE, PLACED],
  ],
  signing_keys: [
    ['kid public_jwk private_jwk created_at signs_from signs_until verifies_until', NOBODY, NOBODYS],
  ],
  staff_identities: [['id issuer subject name seen_at', NOBODY, NOBODYS]],
  staff_sessions: [
    [
      'hash id staff name scopes key_hash created_at last_used_at expires_at ended_at ended_by',
      NOBODY,
      NOBODYS,
    ],
  ],
  subscription_periods: [
    ['ref', as('subscription'), 'cleared'],
    ['term no starts_at ends_at paid_at cost_minor currency', as('subscription'), LEDGER],
    ['account subscription bucket', PLACE, PLACED],
  ],
  subscriptions: [
    ['ref', as('subscription'), 'cleared'],
    ['terms trial_ends_at cancel_at cancelled grace_until paused_at', as('subscription'), TERMS],
    ['no created_at', as('subscription'), LEDGER],
    ['account bucket', PLACE, PLACED],
  ],
  top_ups: [
    ['customer method', as('payment_method'), 'cleared'],
    ['no packs price_minor currency provider state reason created_at', as('top_up'), LEDGER],
    ['tries due_at', INSIDE, BOOKED],
    ['account bucket', PLACE, PLACED],
  ],
  verifications: [['no started_at finished_at accounts entries faults', NOBODY, NOBODYS]],
  webhook_deliveries: [
    [
      'endpoint notice state attempts queued_at attempted_at status error',
      INSIDE,
      kept('how sending went, not what was sent'),
    ],
    ['account bucket', PLACE, PLACED],
  ],
  webhook_endpoints: [
    [
      'id url description types secrets disabled_at disabled_reason failing_since last_error created_at deleted_at',
      NOBODY,
      NOBODYS,
    ],
  ],
  webhook_queues: [
    ['endpoint due_at leased pushes planned_at', INSIDE, kept('that something is to be sent')],
    ['account bucket', PLACE, PLACED],
  ],
};

/** By `table.column`. */
export const FATES: ReadonlyMap<string, Fate> = new Map(
  Object.entries(TABLES).flatMap(([table, groups]) =>
    groups.flatMap(([columns, exported, erased]) =>
      columns.split(' ').map((column): [string, Fate] => [`${table}.${column}`, { exported, erased }]),
    ),
  ),
);
