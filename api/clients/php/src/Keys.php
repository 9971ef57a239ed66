<?php

declare(strict_types=1);

namespace Ngoma\Client;

/** Idempotency keys: one for each send, kept through all its attempts. */
final class Keys
{
    /** Give a new one. */
    public static function make(): string
    {
        return \bin2hex(\random_bytes(16));
    }

    /** @throws \InvalidArgumentException it is not 1 to 255 visible ASCII characters */
    public static function check(string $key): void
    {
        if (\preg_match('/\A[!-~]{1,255}\z/', $key) !== 1) {
            throw new \InvalidArgumentException('an idempotency key has 1 to 255 visible ASCII characters');
        }
    }
}
