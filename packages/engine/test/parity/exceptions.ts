/** What has no method of the client, no command, or no option, and why. What is not true any more is a red test. */

const PROVIDER = 'payment providers send it, signed by their own keys';
const SANDBOX_PAGE = 'a page for people, reached by the address that a checkout answers with';
const REDIRECT = 'the browser is sent there and back by the identity provider';
const COOKIE = "the console's own cookie, which only a browser keeps; commands have a key";
const MACHINE = 'read by tools that have a client of their own for it';
const DEMONSTRATION = 'only for the pages of a server that shows its demonstration accounts';

/** By `operationId`. */
export const WITHOUT_METHOD: Readonly<Record<string, string>> = {
  showSandboxCheckout: SANDBOX_PAGE,
  actOnSandboxCheckout: SANDBOX_PAGE,
  receiveStripeEvent: PROVIDER,
  receiveAppStoreNotification: PROVIDER,
  receiveGooglePlayNotification: PROVIDER,
  beginStaffSignIn: REDIRECT,
  finishStaffSignIn: REDIRECT,
  createDemonstrationSession: DEMONSTRATION,
  getJwks: MACHINE,
  getMetrics: MACHINE,
  getOpenApi: MACHINE,
};

export const WITHOUT_COMMAND: Readonly<Record<string, string>> = {
  ...WITHOUT_METHOD,
  getSignIn: COOKIE,
  createStaffSession: COOKIE,
  getStaffSession: COOKIE,
  endStaffSession: COOKIE,
};

/** By `operationId` and the field's path. */
export const WITHOUT_TYPE: Readonly<Record<string, string>> = {
  'getStatement format': 'the method whose name ends in Csv asks for it',
  'getUsage format': 'the method whose name ends in Csv asks for it',
  'getRollForward format': 'the method whose name ends in Csv asks for it',
  'getOutstanding format': 'the method whose name ends in Csv asks for it',
  'getBreakage format': 'the method whose name ends in Csv asks for it',
  'listAudit format': 'the method whose name ends in Csv asks for it',
  'streamEvents last_event_id': 'the client sends the header of the same meaning',
  'streamEvents also': 'an option of the method events, which takes no query',
  'moveTestClock now': 'the parameter of setTestClock, which takes no object',
  'moveTestClock advance': 'the parameter of advanceTestClock, which takes no object',
};

export const WITHOUT_OPTION: Readonly<Record<string, string>> = {
  'streamEvents also': 'for pages that show one account and must know when others change; watch has one each',
  'streamEvents last_event_id': '--after is sent as the header of the same meaning',
};
