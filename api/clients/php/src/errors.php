<?php

// What can go wrong with a call:
//
//     NgomaError
//     ├── NoAnswer                 nobody knows: ask again under its idempotencyKey
//     ├── InvalidWebhook           a request that the gateway did not sign
//     └── Refused                  the gateway answered; status, errorCode, body, requestId
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
//         ├── RateLimited          retryAfter
//         └── GatewayFailed        the gateway's own fault

declare(strict_types=1);

namespace Ngoma\Client;

/** Base of everything that a call throws. */
class NgomaError extends \RuntimeException
{
}

/** No answer came: the call may have been carried out, or not; under the same key a send is accepted once. */
final class NoAnswer extends NgomaError
{
    public function __construct(string $reason, public readonly ?string $idempotencyKey = null)
    {
        parent::__construct("no answer: {$reason}");
    }
}

/** The gateway did not sign this request, or not lately. */
final class InvalidWebhook extends NgomaError
{
}

/** The gateway answered, and did not do what it was asked. */
class Refused extends NgomaError
{
    /** The gateway's code; the second dialect has none. */
    public readonly ?string $errorCode;

    /** Name it when you ask for help; there where the gateway is at fault. */
    public readonly ?string $requestId;

    /** @param array<string, mixed> $body */
    final public function __construct(
        public readonly int $status,
        public readonly array $body,
        public readonly ?int $retryAfter = null,
        public readonly ?string $idempotencyKey = null,
    ) {
        $this->errorCode = self::text($body['code'] ?? null);
        $this->requestId = self::text($body['request_id'] ?? null);
        parent::__construct(self::text($body['message'] ?? null) ?? "The answer is not the gateway's.", $status);
    }

    private static function text(mixed $value): ?string
    {
        return \is_string($value) ? $value : null;
    }

    /** @param array<string, mixed> $body */
    public static function from(int $status, array $body, ?int $retryAfter, ?string $key): self
    {
        $kind = self::CODES[$body['code'] ?? ''] ?? self::STATUSES[$status]
            ?? ($status >= 400 && $status < 500 ? InvalidRequest::class : GatewayFailed::class);
        return new $kind($status, $body, $retryAfter, $key);
    }

    /** What each code of the gateway is here. */
    private const CODES = [
        'MISSING_PARAMS' => InvalidRequest::class,
        'INVALID_PARAMS' => InvalidRequest::class,
        'BAD_REQUEST' => InvalidRequest::class,
        'METHOD_NOT_ALLOWED' => InvalidRequest::class,
        'PAYLOAD_TOO_LARGE' => InvalidRequest::class,
        'UNSUPPORTED_MEDIA_TYPE' => InvalidRequest::class,
        'HEAD_TOO_LARGE' => InvalidRequest::class,
        'INVALID_RECIPIENT' => InvalidRecipient::class,
        'MESSAGE_TOO_LONG' => MessageTooLong::class,
        'TOO_MANY_RECIPIENTS' => TooManyRecipients::class,
        'SENDER_ID_NOT_APPROVED' => SenderIdNotApproved::class,
        'RECIPIENT_OPTED_OUT' => RecipientOptedOut::class,
        'IDEMPOTENCY_CONFLICT' => IdempotencyConflict::class,
        'INVALID_KEY' => InvalidKey::class,
        'INSUFFICIENT_CREDITS' => InsufficientCredits::class,
        'NOT_PERMITTED' => NotPermitted::class,
        'ACCOUNT_SUSPENDED' => AccountSuspended::class,
        'NOT_FOUND' => NotFound::class,
        'ALREADY_EXISTS' => AlreadyExists::class,
        'TOO_LATE' => TooLate::class,
        'IDEMPOTENCY_IN_PROGRESS' => IdempotencyInProgress::class,
        'RATE_LIMITED' => RateLimited::class,
        'GATEWAY_UNAVAILABLE' => GatewayFailed::class,
        'INTERNAL_ERROR' => GatewayFailed::class,
    ];

    /** What an answer without a code is; another 4xx is an InvalidRequest. */
    private const STATUSES = [
        401 => InvalidKey::class,
        402 => InsufficientCredits::class,
        403 => NotPermitted::class,
        404 => NotFound::class,
        409 => Conflict::class,
        429 => RateLimited::class,
    ];
}

/** Something that was asked cannot be used. */
class InvalidRequest extends Refused
{
    /** @return array<string, list<string>> what is wrong, by field; only the second dialect says */
    public function errors(): array
    {
        /** @var array<string, list<string>> */
        return $this->body['errors'] ?? [];
    }
}

/** Not a Zambian mobile number that can be reached. */
final class InvalidRecipient extends InvalidRequest
{
}

/** The text has more characters or segments than a message may have. */
final class MessageTooLong extends InvalidRequest
{
}

/** More recipients than a bulk may have. */
final class TooManyRecipients extends InvalidRequest
{
}

/** The sender ID is not approved for the account. */
final class SenderIdNotApproved extends InvalidRequest
{
}

/** The recipient takes no promotional messages from this account. */
final class RecipientOptedOut extends InvalidRequest
{
}

/** The idempotency key stands for another request. */
final class IdempotencyConflict extends InvalidRequest
{
}

/** The API key is unknown, wrong or revoked. */
final class InvalidKey extends Refused
{
}

/** Nothing was queued. */
final class InsufficientCredits extends Refused
{
    /** Credits that the send needs. */
    public function required(): int
    {
        return \is_int($this->body['required'] ?? null) ? $this->body['required'] : 0;
    }

    /** Credits that are there. */
    public function available(): int
    {
        return \is_int($this->body['available'] ?? null) ? $this->body['available'] : 0;
    }
}

/** The key may not do this. */
class NotPermitted extends Refused
{
}

/** The account may read and not send. */
final class AccountSuspended extends NotPermitted
{
}

/** There is no such thing, or it is another account's. */
final class NotFound extends Refused
{
}

/** It cannot be done as things stand. */
class Conflict extends Refused
{
}

/** It is there already. */
final class AlreadyExists extends Conflict
{
}

/** It was possible earlier. */
final class TooLate extends Conflict
{
}

/** The first request under this key is still running. */
final class IdempotencyInProgress extends Conflict
{
}

/** Nothing was accepted: ask again after `retryAfter` seconds. */
final class RateLimited extends Refused
{
}

/** The gateway is at fault, or something between it and here. */
final class GatewayFailed extends Refused
{
}
