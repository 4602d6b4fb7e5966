/** What the studio refuses, as a problem that the pages can tell apart. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: 400 | 403 | 404 | 409 | 410;
  readonly code: string;

  constructor(status: Refusal['status'], code: string, detail: string) {
    super(detail);
    this.status = status;
    this.code = code;
  }
}

export function invalid(detail: string): Refusal {
  return new Refusal(400, 'invalid_request', detail);
}
