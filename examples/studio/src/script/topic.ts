/** What a person asks for, taken apart: what it is about, and what else they said that belongs into the script. */

export interface Topic {
  /** Something that is shown, or something that is done: "a small café", "make sourdough bread". */
  readonly kind: 'thing' | 'how_to';
  /** As it stands in the middle of a sentence. */
  readonly name: string;
  /** What was said besides, one point each, in the person's own words. */
  readonly points: readonly string[];
}

/** What is said of the video itself and not of its subject. */
const PREAMBLE =
  /^(please )?((write|make|create|generate|give|i want|i need|i would like)( me| us)? )?((an?|the) )?((short|quick|little|funny|dramatic|friendly) )*((video|clip|reel|script|ad|advert|commercial|teaser|trailer|story)( script)? )?(about|on|for|of|showing|introducing|presenting|explaining)?\s*/i;

/** An article or an adjective alone is no preamble: "a day at the sea" is about a day. */
const BARE = /^((an?|the|short|quick|little|funny|dramatic|friendly) )*$/i;

/** The longest name that still reads as part of a sentence. */
const MAX_WORDS = 12;

/** Reads a prompt; throws a RangeError where it says nothing. */
export function readTopic(prompt: string): Topic {
  const text = prompt
    .normalize('NFC')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .replace(/[.!?]+$/, '');
  const [head = '', ...rest] = text.split(/[,;:.!?–—]\s+|\s+(?:with|featuring|including)\s+/i);
  const preamble = PREAMBLE.exec(head)?.[0] ?? '';
  const bare = (BARE.test(preamble) ? head : head.slice(preamble.length)).trim() || head.trim();
  if (!/[\p{L}\p{N}]/u.test(bare)) throw new RangeError('The prompt says nothing to write about');
  const points = rest
    .flatMap((part) => part.split(/\s+and\s+/i))
    .map((part) => lowered(part.replace(/^(?:(?:and|also|then|with|featuring|including)\s+)+/i, '').trim()))
    .filter((part) => /[\p{L}\p{N}]/u.test(part));
  const howTo = /^how (?:to|we|you|i)\s+(?=\S)/i.exec(bare);
  return {
    kind: howTo === null ? 'thing' : 'how_to',
    name: shortened(lowered(howTo === null ? bare : bare.slice(howTo[0].length))),
    points: points.map(shortened),
  };
}

/** Names and abbreviations keep their capitals; the first word of an ordinary phrase does not. */
function lowered(text: string): string {
  const [first = ''] = text.split(' ');
  const isOrdinary = /^(an?|the|my|our|your|this|these|how|why|what|some|[A-Z][a-z]*ing)$/i.test(first);
  return isOrdinary ? first.toLowerCase() + text.slice(first.length) : text;
}

function shortened(text: string): string {
  return text.split(' ').slice(0, MAX_WORDS).join(' ');
}
