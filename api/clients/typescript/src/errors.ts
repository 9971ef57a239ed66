// What can go wrong with a call:
//
//     NgomaError
//     ├── NoAnswer                 nobody knows: ask again under its idempotencyKey
//     ├── InvalidWebhook           a request that the gateway did not sign
//     └── Refused                  the gateway answered; status, code, message, body, requestId
//         ├── InvalidRequest       errors: what is wrong, by field
//         │   ├── InvalidRecipient, MessageTooLong, TooManyRecipients, SenderIdNotApproved
//         │   └── RecipientOptedOut, IdempotencyConflict
//         ├── InvalidKey
//         ├── InsufficientCredits  required, available
//         ├── NotPermitted
//         │   └── AccountSuspended
//         ├── NotFound
//         ├── Conflict
//         │   └── AlreadyExists, TooLate, IdempotencyInProgress
//         ├── RateLimited          retryAfterS
//         └── GatewayFailed        the gateway's own fault

/** A JSON object, as the gateway answered it. */
export type Body = Readonly<Record<string, unknown>>;

/** Base of everything that a call throws. */
export class NgomaError extends Error {
  constructor(message: string) {
    super(message);
    this.name = new.target.name;
  }
}

/** No answer came: the call may have been carried out, or not; under the same key a send is accepted once. */
export class NoAnswer extends NgomaError {
  constructor(
    reason: string,
    readonly idempotencyKey?: string | undefined,
  ) {
    super(`no answer: ${reason}`);
  }
}

/** The gateway did not sign this request, or not lately. */
export class InvalidWebhook extends NgomaError {}

/** The gateway answered, and did not do what it was asked. */
export class Refused extends NgomaError {
  /** The gateway's code; the second dialect has none. */
  readonly code: string | undefined;
  /** Name it when you ask for help; there where the gateway is at fault. */
  readonly requestId: string | undefined;

  constructor(
    readonly status: number,
    readonly body: Body,
    readonly retryAfterS?: number | undefined,
    readonly idempotencyKey?: string | undefined,
  ) {
    super(text(body["message"]) ?? "The answer is not the gateway's.");
    this.code = text(body["code"]);
    this.requestId = text(body["request_id"]);
  }
}

/** Something that was asked cannot be used. */
export class InvalidRequest extends Refused {
  /** What is wrong, by field; only the second dialect says. */
  get errors(): Readonly<Record<string, readonly string[]>> {
    return (this.body["errors"] ?? {}) as Record<string, string[]>;
  }
}

/** Not a Zambian mobile number that can be reached. */
export class InvalidRecipient extends InvalidRequest {}

/** The text has more characters or segments than a message may have. */
export class MessageTooLong extends InvalidRequest {}

/** More recipients than a bulk may have. */
export class TooManyRecipients extends InvalidRequest {}

/** The sender ID is not approved for the account. */
export class SenderIdNotApproved extends InvalidRequest {}

/** The recipient takes no promotional messages from this account. */
export class RecipientOptedOut extends InvalidRequest {}

/** The idempotency key stands for another request. */
export class IdempotencyConflict extends InvalidRequest {}

/** The API key is unknown, wrong or revoked. */
export class InvalidKey extends Refused {}

/** Nothing was queued. */
export class InsufficientCredits extends Refused {
  /** Credits that the send needs. */
  get required(): number {
    return Number(this.body["required"] ?? 0);
  }

  /** Credits that are there. */
  get available(): number {
    return Number(this.body["available"] ?? 0);
  }
}

/** The key may not do this. */
export class NotPermitted extends Refused {}

/** The account may read and not send. */
export class AccountSuspended extends NotPermitted {}

/** There is no such thing, or it is another account's. */
export class NotFound extends Refused {}

/** It cannot be done as things stand. */
export class Conflict extends Refused {}

/** It is there already. */
export class AlreadyExists extends Conflict {}

/** It was possible earlier. */
export class TooLate extends Conflict {}

/** The first request under this key is still running. */
export class IdempotencyInProgress extends Conflict {}

/** Nothing was accepted: ask again after `retryAfterS` seconds. */
export class RateLimited extends Refused {}

/** The gateway is at fault, or something between it and here. */
export class GatewayFailed extends Refused {}

/** What each code of the gateway is here. */
const CODES: ReadonlyMap<string, typeof Refused> = new Map(
  Object.entries({
    MISSING_PARAMS: InvalidRequest,
    INVALID_PARAMS: InvalidRequest,
    BAD_REQUEST: InvalidRequest,
    METHOD_NOT_ALLOWED: InvalidRequest,
    PAYLOAD_TOO_LARGE: InvalidRequest,
    UNSUPPORTED_MEDIA_TYPE: InvalidRequest,
    HEAD_TOO_LARGE: InvalidRequest,
    INVALID_RECIPIENT: InvalidRecipient,
    MESSAGE_TOO_LONG: MessageTooLong,
    TOO_MANY_RECIPIENTS: TooManyRecipients,
    SENDER_ID_NOT_APPROVED: SenderIdNotApproved,
    RECIPIENT_OPTED_OUT: RecipientOptedOut,
    IDEMPOTENCY_CONFLICT: IdempotencyConflict,
    INVALID_KEY: InvalidKey,
    INSUFFICIENT_CREDITS: InsufficientCredits,
    NOT_PERMITTED: NotPermitted,
    ACCOUNT_SUSPENDED: AccountSuspended,
    NOT_FOUND: NotFound,
    ALREADY_EXISTS: AlreadyExists,
    TOO_LATE: TooLate,
    IDEMPOTENCY_IN_PROGRESS: IdempotencyInProgress,
    RATE_LIMITED: RateLimited,
    GATEWAY_UNAVAILABLE: GatewayFailed,
    INTERNAL_ERROR: GatewayFailed,
  }),
);

/** What an answer without a code is; another 4xx is an `InvalidRequest`. */
const STATUSES: ReadonlyMap<number, typeof Refused> = new Map([
  [401, InvalidKey],
  [402, InsufficientCredits],
  [403, NotPermitted],
  [404, NotFound],
  [409, Conflict],
  [429, RateLimited],
]);

/** Give the error that an answer stands for. */
export function refusal(status: number, body: Body, retryAfterS?: number, key?: string): Refused {
  const other = status >= 400 && status < 500 ? InvalidRequest : GatewayFailed;
  const Kind = CODES.get(text(body["code"]) ?? "") ?? STATUSES.get(status) ?? other;
  return new Kind(status, body, retryAfterS, key);
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
