/** Refusals. */

/** RFC 9457. Switch on `code`; `detail` is for people. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  code: string;
  detail: string;
  [detail: string]: unknown;
}
