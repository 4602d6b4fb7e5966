/** The server's clock, by the dates of its answers: what ends is judged by it, since a device's may be minutes off. */

/** How far it is ahead of this device's, in milliseconds; 0 until something was answered. */
let aheadMs = 0;

/** An answer is dated to the second before it came: a device that is right is not corrected by that. */
const PRECISION_MS = 2_000;

/** As `fetch`, and looks at the date of what is answered. */
export const datedFetch: typeof fetch = async (input, init) => {
  const answer = await fetch(input, init);
  const at = Date.parse(answer.headers.get('date') ?? '');
  if (!Number.isNaN(at)) {
    const ahead = at - Date.now();
    aheadMs = Math.abs(ahead) <= PRECISION_MS ? 0 : ahead;
  }
  return answer;
};

/** This instant by the server's clock. */
export const now = (): number => Date.now() + aheadMs;
