/** The words of the frame, in English; those of the components are their own, and each page has its own besides. */
export const english = {
  skip: 'Skip to the content',
  profile: 'Profile',
  credits: 'Credits',
  home: 'Overview',
  console: 'Console',
  studio: 'Studio',
  surfaces: 'Surfaces',
  docs: 'API',
  theme_system: 'Theme: system',
  theme_light: 'Theme: light',
  theme_dark: 'Theme: dark',
  language: 'Deutsch',
  language_label: 'Auf Deutsch anzeigen',
  opening: 'Opening your account',
  ended_title: 'Nobody is signed in here',
  ended_text:
    'Your session has ended, or this page was opened without one. Go back to the product and open it from there.',
  offline_title: 'No connection',
  offline_text: 'The server cannot be reached. Nothing was changed; try again when you are back online.',
  retry: 'Try again',
  foot_demonstration: 'Demonstration account. No money moves, and nothing leaves this machine.',
  foot: 'Credits by Drawdown',
  who: 'Account',
};

export type Words = typeof english;
