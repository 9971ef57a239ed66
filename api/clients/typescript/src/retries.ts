// Whether a call is made again, and after how long.
//
// A call is repeated when no answer came, and when the gateway answers that it may be asked again.
// That is safe for what only reads, and for sends, which carry one Idempotency-Key through all their
// attempts; anything else is never repeated.
import type { Body } from "./errors.js";

/** How stubborn a client is; `patienceS` bounds the pauses of one call together. */
export interface Retries {
  readonly attempts: number;
  readonly firstPauseS: number;
  readonly longestPauseS: number;
  readonly patienceS: number;
}

export const RETRIES: Retries = {
  attempts: 6,
  firstPauseS: 0.5,
  longestPauseS: 8,
  patienceS: 90,
};

/** Answers after which a repeat can succeed; 409 is a first attempt that still runs. */
const AGAIN: ReadonlySet<number> = new Set([409, 429, 500, 502, 503, 504]);

/** What came back; `body` is empty where it is no JSON object, from a proxy for example. */
export interface Answer {
  readonly status: number;
  readonly body: Body;
  readonly retryAfterS?: number;
}

/** No answer came, and why. */
export interface Lost {
  readonly reason: string;
}

/** Read an answer. */
export function answerOf(status: number, content: string, retryAfter: string | null): Answer {
  let body: Body = {};
  try {
    const found: unknown = JSON.parse(content);
    if (typeof found === "object" && found !== null && !Array.isArray(found)) body = found as Body;
  } catch {
    // no JSON: it stays empty
  }
  const digits = (retryAfter ?? "").trim();
  return /^[0-9]{1,6}$/.test(digits)
    ? { status, body, retryAfterS: Number(digits) }
    : { status, body };
}

/** Whether it was done; 503 with `queued` is a message that waits for its network. */
export function isAccepted({ status, body }: Answer): boolean {
  const isSuccess = status >= 200 && status < 300;
  return Object.keys(body).length > 0 && (isSuccess || body["queued"] === true);
}

/** Give the seconds after which to try again; undefined when this outcome stands. */
export function pauseSAfter(
  outcome: Answer | Lost,
  retries: Retries,
  made: number,
  pausedS: number,
): number | undefined {
  const isAnswer = "status" in outcome;
  if (isAnswer && (isAccepted(outcome) || !AGAIN.has(outcome.status))) return undefined;
  if (made >= retries.attempts) return undefined;
  const longestS = Math.min(retries.longestPauseS, retries.firstPauseS * 2 ** (made - 1));
  // Some chance, so that not all come back at the same moment.
  const pauseS = longestS * (0.5 + Math.random() / 2) + ((isAnswer && outcome.retryAfterS) || 0);
  return pausedS + pauseS <= retries.patienceS ? pauseS : undefined;
}
