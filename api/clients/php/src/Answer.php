<?php

declare(strict_types=1);

namespace Ngoma\Client;

/** What came back; with status 0 nothing did, and `reason` says why. */
final class Answer
{
    /** @param array<string, mixed> $body the JSON object; empty where it is none, from a proxy for example */
    private function __construct(
        public readonly int $status,
        public readonly array $body,
        public readonly ?int $retryAfter,
        public readonly string $reason,
    ) {
    }

    public static function none(string $reason): self
    {
        return new self(0, [], null, $reason);
    }

    public static function of(int $status, string $content, string $retryAfter): self
    {
        $found = \json_decode($content, true);
        $body = [];
        foreach (\is_array($found) && !\array_is_list($found) ? $found : [] as $name => $value) {
            $body[(string) $name] = $value;
        }
        $isNumber = \preg_match('/\A[0-9]{1,6}\z/', \trim($retryAfter)) === 1;
        return new self($status, $body, $isNumber ? (int) \trim($retryAfter) : null, '');
    }

    /** Whether it was done; 503 with `queued` is a message that waits for its network. */
    public function isAccepted(): bool
    {
        $isSuccess = $this->status >= 200 && $this->status < 300;
        return $this->body !== [] && ($isSuccess || ($this->body['queued'] ?? null) === true);
    }
}
