import type { Words } from './words.ts';

/** What the first view of Profile → Credits says, and nothing else: these words are fetched before it. */
export const first = {
  loading: 'Loading',

  retry: 'Try again',

  credits: { one: '{count} credit', other: '{count} credits' },

  'bar.label': 'In the order of use: {parts}',
  'bar.empty': 'No credits',

  'meter.label': '{value} of {of} left',
  'meter.empty': 'None granted',

  'header.unit': { one: 'credit', other: 'credits' },
  'header.none': 'No credits yet',
  'header.new': 'Credits pay for what you use here.',
  'header.live': 'Live',
  'header.updated': 'Updated {time}',
  'header.reserved': '{count} reserved by running jobs',
  'header.reserved_by': {
    one: '{held} reserved by a running job',
    other: '{held} reserved by {count} running jobs',
  },
  'header.frozen': {
    one: '{count} credit is frozen until a question about its payment is settled',
    other: '{count} credits are frozen until a question about their payment is settled',
  },
  'header.debt': {
    one: '{count} credit is owed and comes off the next that arrive',
    other: '{count} credits are owed and come off the next that arrive',
  },
  'header.announce': { one: '{count} credit: {parts}', other: '{count} credits: {parts}' },

  'connection.connecting': 'Connecting',
  'connection.reconnecting': 'Offline, trying again',
  'connection.refused': 'Not connected',

  'badge.loading': 'Credits: loading',
  'badge.offline': 'Credits: offline',
  'badge.ended': 'Credits: signed out',
  'badge.refused': 'Credits: not available',

  'order.lead': 'We use',

  'cards.title': 'Your credits by kind',

  'card.position': 'Order of use: {position}',
  'card.of': 'of {count}',
  'card.lots': { one: '{count} grant', other: '{count} grants' },
  'card.plan': 'Plan',
  'card.no_plan': 'None',
  'card_plan.month': '{name}, monthly',
  'card_plan.year': '{name}, yearly',
  'card.kept': 'Kept if you cancel your plan',
  'card.expires': 'Expires',
  'card.expires_some': '{count} on {date}',
  'card.refill': 'Next refill',
  'card.no_refill': 'None is due',
  'card.refill_on': '{count} on {date}',
  'card.source': 'From',
  'card.sources': '{names} and {count} more',
  'card.none_earned': 'Events, codes and invitations',
  'card.validity': 'Validity',
  'card.never_expires': 'Does not expire',
  'card.held': 'Reserved',
  'card.frozen': 'Frozen',

  'new.plan':
    'They come with a plan, every month or for the whole year. What is left at the end of its period expires.',
  'new.earned': 'They are given for events, codes and invitations, and expire on the day that they say.',
  'new.paid': 'You buy as many as you need. They are yours whether you have a plan or not.',

  'way.label': 'Get credits',
  'way.plan': 'See plans',
  'way.earned': 'Redeem a code',
  'way.paid': 'Buy credits',
  'way.invite': 'Invite a friend',

  'source.subscription': 'Subscription',
  'source.plan': '{name}',
  'source.trial': '{name}, trial',
  'source.rollover': '{name}, rolled over',
  'source.campaign': 'Campaign',
  'source.purchase': 'Purchase',
  'source.bonus': '{name}, on top',
  'source.refund': 'Refund',
  'source.adjustment': 'Correction by support',
  'source.demonstration': 'To try things out',
  'source.other': 'Granted',

  'timeline.title': 'Next 90 days',
  'timeline.empty': 'Nothing is due: no refill, and nothing that expires.',
  'timeline.start': '{class} credits arrive',
  'timeline.expected': '{class} credits, if your plan goes on',
  'timeline.expiry': '{class} credits expire if unused',
  'timeline.lapses': 'about {count} at your pace',
  'timeline.lapses_team': 'about {count} at the team’s pace',
  'timeline.chart': 'Without any use: {from} today, {to} on {date}',
  'timeline.table': 'These numbers as a table',
  'timeline.from': 'From',
  'timeline.today': 'Today',
  'timeline.total': 'Total',

  'failure.offline': 'No connection. What you see may be out of date; we keep trying.',
  'failure.unfetched': 'This part of the page could not be fetched.',
  'failure.unknown':
    'No answer came, so we do not know yet whether this happened. Try again: it happens at most once.',
  'failure.session': 'Your session has ended. Sign in again to go on.',
  'failure.no_session': 'Your session could not be renewed. Look at your connection, or sign in again.',
  'failure.busy': 'Too many requests for a moment. Wait a little and try again.',
  'failure.server': 'Something broke on our side. Nothing is lost; try again in a moment.',
  'failure.other': 'This did not work.',

  'switch.label': 'Whose credits',
  'switch.personal': 'Personal',
  'switch.team': 'Team {name}',
} satisfies Words;
