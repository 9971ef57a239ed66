<?php

declare(strict_types=1);

namespace Ngoma\Client;

/**
 * How stubborn a client is.
 *
 * A call is repeated when no answer came, and when the gateway answers that it may be asked again.
 * That is safe for what only reads, and for sends, which carry one Idempotency-Key through all
 * their attempts; anything else is never repeated.
 */
final class Retries
{
    /** Answers after which a repeat can succeed; 409 is a first attempt that still runs. */
    private const AGAIN = [409, 429, 500, 502, 503, 504];

    /** @param float $patience bounds the pauses of one call together; all are seconds */
    public function __construct(
        public readonly int $attempts = 6,
        public readonly float $firstPause = 0.5,
        public readonly float $longestPause = 8.0,
        public readonly float $patience = 90.0,
    ) {
    }

    /**
     * Give the seconds after which to try again; null when this answer stands.
     *
     * @param int $made attempts up to now
     * @param float $paused seconds of pauses up to now
     */
    public function pauseAfter(Answer $answer, int $made, float $paused): ?float
    {
        $mayHelp = $answer->status === 0 || \in_array($answer->status, self::AGAIN, true);
        if ($answer->isAccepted() || !$mayHelp || $made >= $this->attempts) {
            return null;
        }
        $longest = \min($this->longestPause, $this->firstPause * 2 ** ($made - 1));
        // Some chance, so that not all come back at the same moment.
        $pause = $longest * \random_int(500, 1000) / 1000 + ($answer->retryAfter ?? 0);
        return $paused + $pause <= $this->patience ? $pause : null;
    }
}
