/** What the local generator writes with. `{topic}` and `{point}` are filled in, `{Topic}` begins a sentence. */

export const TONES = ['friendly', 'dramatic', 'funny', 'factual'] as const;
export type Tone = (typeof TONES)[number];

interface Lines {
  readonly thing: readonly string[];
  readonly how_to: readonly string[];
}

export interface Material {
  readonly hook: Lines;
  readonly setting: Lines;
  /** About one thing that the person named. */
  readonly point: readonly string[];
  /** Where they named nothing more: what any such story needs. */
  readonly beat: Lines;
  readonly turn: Lines;
  readonly close: Lines;
}

export const MATERIAL: Readonly<Record<Tone, Material>> = {
  friendly: {
    hook: {
      thing: [
        'Hi! There is something I have wanted to show you for a while: {topic}.',
        'You have a minute? Then come along and meet {topic}.',
        'Some things are best seen up close. {Topic}, for example.',
        'Let me show you {topic}, the way I would show it to a friend.',
      ],
      how_to: [
        'Ever wanted to {topic}? Let us do it together, right now.',
        'Today we {topic}, and I promise it is easier than it looks.',
        'If you always wished you could {topic}, this one is for you.',
        'Grab a seat: in a moment you will know how to {topic}.',
      ],
    },
    setting: {
      thing: [
        'First, look around. This is where it all begins.',
        'Take a breath and let the first picture sink in.',
        'Here we are. No rush: this is a place to arrive in.',
      ],
      how_to: [
        'You do not need much. What you need is on the table already.',
        'Before we start, lay everything out. It makes the rest feel light.',
        'Start small. The first step is the only one that needs courage.',
      ],
    },
    point: [
      'And then there is this: {point}.',
      'My favourite part? {Point}.',
      'Look closer, and you notice it: {point}.',
      'Oh, and do not miss this one: {point}.',
      'People always ask about this: {point}.',
    ],
    beat: {
      thing: [
        'It is the small details that make you stay.',
        'Watch what happens when you give it a little time.',
        'Every time I come back, I find something new.',
        'This is the moment when most people start to smile.',
      ],
      how_to: [
        'Go slowly here. This is the part that is worth your patience.',
        'If it does not look right yet, do not worry. It will.',
        'See? One small step, and it begins to take shape.',
        'Now do it once more, and you have the hang of it.',
      ],
    },
    turn: {
      thing: [
        'What I love most is how it makes you feel afterwards.',
        'It is simple, really. And that is exactly the point.',
        'You can hear about it all day, but nothing beats being there.',
      ],
      how_to: [
        'And just like that, the hard part is behind you.',
        'Look at that. You made this.',
        'The second time will take you half as long.',
      ],
    },
    close: {
      thing: [
        'So come by, and tell me what you think of {topic}.',
        'That was {topic}. Send this to somebody who should see it.',
        'See you there. Bring a friend.',
      ],
      how_to: [
        'Now it is your turn: {topic}, and show me how it went.',
        'Save this for the day you {topic}. You will be glad you did.',
        'That is all. Try it, and tell me in the comments how it went.',
      ],
    },
  },
  dramatic: {
    hook: {
      thing: [
        'They told us to look away. We looked closer. {Topic}.',
        'Every story has one moment that changes everything. This one has {topic}.',
        'Silence. Then light. Then: {topic}.',
        'What would you give to see {topic} just once?',
      ],
      how_to: [
        'There is a moment before you begin. Tonight, you {topic}.',
        'One chance. One pair of hands. One task: {topic}.',
        'Most people never dare to {topic}. You are not most people.',
        'Everything starts with a decision. You decide to {topic}.',
      ],
    },
    setting: {
      thing: [
        'The world holds its breath. Nothing moves.',
        'It begins before the sun does.',
        'From far away, it looks like nothing. Wait.',
      ],
      how_to: [
        'The room is quiet. The tools are waiting.',
        'No music. No shortcuts. Only the work.',
        'You have prepared for this longer than you know.',
      ],
    },
    point: [
      'And out of the dark it comes: {point}.',
      'Nobody saw it coming: {point}.',
      'Remember this: {point}.',
      'Then, at last: {point}.',
      'And at the heart of it all: {point}.',
    ],
    beat: {
      thing: [
        'Closer. The details begin to speak.',
        'The tension rises, and with it, everything you thought you knew.',
        'For one heartbeat, time stands still.',
        'There is no going back from here.',
      ],
      how_to: [
        'Your hands remember what your head has forgotten.',
        'One wrong move now, and you begin again.',
        'Steady. The next seconds decide everything.',
        'This is where others give up. You go on.',
      ],
    },
    turn: {
      thing: [
        'And suddenly you understand why it had to be this way.',
        'What seemed so small now fills the whole sky.',
        'Nothing will look the same again.',
      ],
      how_to: [
        'And then, it is done. You can hardly believe it.',
        'The doubt is gone. What remains is yours.',
        'You step back. You breathe. You made it.',
      ],
    },
    close: {
      thing: [
        '{Topic}. See it before it is gone.',
        'Some stories are told. This one is lived. {Topic}.',
        'Do not just watch. Be there.',
      ],
      how_to: [
        'Now you know how to {topic}. The rest is up to you.',
        'The world will not wait. Begin.',
        'You came to {topic}. You leave changed.',
      ],
    },
  },
  funny: {
    hook: {
      thing: [
        'I asked three experts about {topic}. Two of them were my cat.',
        'Breaking news from my living room: {topic}.',
        'Warning: this video contains {topic}, and a dangerous amount of enthusiasm.',
        'Nobody asked for it. Here it is anyway: {topic}.',
      ],
      how_to: [
        'How hard can it be to {topic}? Famous last words.',
        'I will {topic} in one take. This is take nineteen.',
        'Today we {topic}. The neighbours have been warned.',
        'My mother says anybody can {topic}. My mother has not met me.',
      ],
    },
    setting: {
      thing: [
        'Picture the scene: me, overdressed, slightly lost.',
        'Everything you see here was planned. Except for all of it.',
        'We join our hero as he looks for the light switch.',
      ],
      how_to: [
        'You will need patience. If you are out of patience, use snacks.',
        'Step one: pretend that you have done this before.',
        'I laid out everything neatly. It lasted for nine seconds.',
      ],
    },
    point: [
      'And, because we are fancy: {point}.',
      'My lawyer wants me to mention this: {point}.',
      'Plot twist: {point}.',
      'You cannot tell from here, but I am very excited about this: {point}.',
      'Put this on my business card: {point}.',
    ],
    beat: {
      thing: [
        'At this point I should explain. I will not.',
        'Zoom in. More. Too much. Perfect.',
        'Please hold your applause. Or do not, it is lonely up here.',
        'Scientists are baffled. Well, I told one. He left.',
      ],
      how_to: [
        'If yours looks like mine, I am sorry.',
        'This is the part where the music gets suspiciously cheerful.',
        'Do not panic. That is my job, and I am good at it.',
        'It says "gently". I am being gentle. Why is it making that noise?',
      ],
    },
    turn: {
      thing: [
        'And somehow, against all odds, it is actually great.',
        'I came for a joke. I stayed for the view.',
        'All right, jokes aside for two seconds: wow. Done.',
      ],
      how_to: [
        'Ladies and gentlemen: it worked. Nobody is more surprised than I am.',
        'It is not perfect. But it is finished, like my knees.',
        'Look at it. It has character. That is what we call mistakes now.',
      ],
    },
    close: {
      thing: [
        '{Topic}: come for the laughs, stay because you cannot find the exit.',
        'Follow for more. Or unfollow dramatically, I respect that.',
        'Tell your friends about {topic}. Tell your enemies, too.',
      ],
      how_to: [
        'Now go and {topic}. And please film it.',
        'You now know how to {topic}. Use this power wisely.',
        'Subscribe for next week, when I clean all of this up.',
      ],
    },
  },
  factual: {
    hook: {
      thing: [
        '{Topic}: what it is, and why it matters to you.',
        'What should you know about {topic}? Here is the short version.',
        'This is {topic}, explained in plain words.',
        'If you only remember one thing about {topic} today, let it be this.',
      ],
      how_to: [
        'This is how to {topic}, step by step.',
        'In this video you learn to {topic}, from the first step to the last.',
        'You want to {topic}? These are the steps that matter.',
        'To {topic}, you need less than you may think. Here is the order.',
      ],
    },
    setting: {
      thing: [
        'We start with an overview, and then go into the details.',
        'First the whole picture; then the parts it is made of.',
        'To see how it works, begin at the outside and move inwards.',
      ],
      how_to: [
        'Prepare everything first: it saves you a break in the middle.',
        'Read all steps once before you begin with the first.',
        'Check that you have what you need within reach.',
      ],
    },
    point: [
      'An important point: {point}.',
      'Also worth knowing: {point}.',
      'Pay attention to this: {point}.',
      'In detail: {point}.',
      'Note this as well: {point}.',
    ],
    beat: {
      thing: [
        'Seen from close by, you can tell how the parts fit together.',
        'Compare this with what you know already; the difference is easy to see.',
        'This is the part that is most often overlooked.',
        'Give it a moment, and the pattern becomes clear.',
      ],
      how_to: [
        'Do one step at a time, and check the result before you go on.',
        'If something does not fit, go back one step; do not force it.',
        'This is the step that decides about the result.',
        'Take your time here: what is done well now need not be done twice.',
      ],
    },
    turn: {
      thing: [
        'To sum up: look at the whole, then at the details, then decide for yourself.',
        'Now you know what to look for.',
        'That is the main idea. Everything else follows from it.',
      ],
      how_to: [
        'Compare your result with what you see here.',
        'With that, the work is done. Check it once more from the beginning.',
        'You now have all the steps, in the order in which they are needed.',
      ],
    },
    close: {
      thing: [
        'That was {topic}. You will find the details in the description.',
        'For more about {topic}, keep this video, and share it with those who ask.',
        'If a question is left, write it below.',
      ],
      how_to: [
        'That is how to {topic}. Write your questions below.',
        'Keep this video for the next time that you {topic}.',
        'Try it, note what you would change, and do it again.',
      ],
    },
  },
};

/** What the camera does, by the part of the story. */
export const SHOTS: Readonly<Record<keyof Material, readonly string[]>> = {
  hook: [
    'Close-up, straight into the camera',
    'Fast push-in from black',
    'Hand-held, walking towards the subject',
  ],
  setting: [
    'Wide shot, slow pan from left to right',
    'Wide shot from above',
    'Still frame, natural sound only',
  ],
  point: [
    'Close-up of the detail',
    'Medium shot, slow slide',
    'Detail in focus, background soft',
    'Over the shoulder',
  ],
  beat: ['Slow motion, side light', 'Medium shot, hands in frame', 'Time-lapse', 'Tracking shot, eye level'],
  turn: [
    'Pull back to the wide shot',
    'Hold on the face, then follow the look',
    'Cut on movement to the whole picture',
  ],
  close: ['Title card over the last frame', 'Medium shot, look into the camera', 'Fade to the logo'],
};
