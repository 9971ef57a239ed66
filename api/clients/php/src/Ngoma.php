<?php

declare(strict_types=1);

namespace Ngoma\Client;

/**
 * One account's calls to one gateway; each throws what errors.php lists.
 *
 * A connection is kept, and used by one call at a time.
 */
final class Ngoma extends Gateway
{
    private readonly string $url;
    private readonly string $authorization;
    private readonly Retries $retries;
    private readonly \CurlHandle $curl;

    /**
     * @param float $connect seconds that a connection may take
     * @param float $read seconds that an answer may take then
     * @throws \InvalidArgumentException the key or the address cannot be one
     */
    public function __construct(
        #[\SensitiveParameter] string $apiKey,
        string $baseUrl,
        ?Retries $retries = null,
        private readonly float $connect = 5.0,
        private readonly float $read = 30.0,
    ) {
        $key = \trim($apiKey);
        if (\preg_match('/\A[!-~]+\z/', $key) !== 1) {
            throw new \InvalidArgumentException('the API key is empty, or has characters that no key has');
        }
        $parts = \parse_url($baseUrl);
        $isOne = \is_array($parts) && isset($parts['host']) && !isset($parts['user'])
            && \in_array($parts['scheme'] ?? '', ['http', 'https'], true);
        if (!$isOne) {
            throw new \InvalidArgumentException('the address is http:// or https:// and a host, without a user');
        }
        $this->url = \rtrim($baseUrl, '/');
        $this->authorization = "Authorization: Bearer {$key}";
        $this->retries = $retries ?? new Retries();
        $curl = \curl_init();
        if ($curl === false) {
            throw new \RuntimeException('curl cannot be used');
        }
        $this->curl = $curl;
    }

    protected function ask(string $method, string $path, array $query = [], ?array $body = null, ?string $key = null): mixed
    {
        if ($key !== null) {
            Keys::check($key);
        }
        $mayBeRepeated = $method === 'GET' || $key !== null;
        $made = 0;
        $paused = 0.0;
        while (true) {
            $answer = $this->try($method, $path, $query, $body, $key);
            $made++;
            $pause = $mayBeRepeated ? $this->retries->pauseAfter($answer, $made, $paused) : null;
            if ($pause === null) {
                break;
            }
            $paused += $pause;
            \usleep((int) ($pause * 1_000_000));
        }
        if ($answer->isAccepted()) {
            return $answer->body;
        }
        if ($answer->status === 0) {
            throw new NoAnswer($answer->reason, $key);
        }
        throw Refused::from($answer->status, $answer->body, $answer->retryAfter, $key);
    }

    /**
     * Make one attempt.
     *
     * @param array<string, mixed> $query
     * @param array<string, mixed>|null $body
     */
    private function try(string $method, string $path, array $query, ?array $body, ?string $key): Answer
    {
        $headers = [
            $this->authorization,
            'Accept: application/json',
            'User-Agent: ngoma-client-php/' . self::VERSION . ' PHP/' . \PHP_VERSION,
            'Expect:', // else curl asks first whether it may send a long body
        ];
        if ($key !== null) {
            $headers[] = "Idempotency-Key: {$key}";
        }
        $retryAfter = '';
        $seconds = $this->connect + $this->read + (\is_int($query['wait'] ?? null) ? $query['wait'] : 0);
        $options = [
            \CURLOPT_URL => $this->url . $path . ($query === [] ? '' : '?' . \http_build_query($query)),
            \CURLOPT_CUSTOMREQUEST => $method,
            \CURLOPT_RETURNTRANSFER => true,
            \CURLOPT_PROTOCOLS => \CURLPROTO_HTTP | \CURLPROTO_HTTPS,
            \CURLOPT_NOSIGNAL => true,
            \CURLOPT_CONNECTTIMEOUT_MS => (int) ($this->connect * 1000),
            \CURLOPT_TIMEOUT_MS => (int) ($seconds * 1000),
            \CURLOPT_HEADERFUNCTION => static function (\CurlHandle $_, string $line) use (&$retryAfter): int {
                if (\stripos($line, 'retry-after:') === 0) {
                    $retryAfter = \substr($line, 12);
                }
                return \strlen($line);
            },
        ];
        if ($body !== null) {
            $headers[] = 'Content-Type: application/json';
            $options[\CURLOPT_POSTFIELDS] = \json_encode((object) $body, \JSON_THROW_ON_ERROR);
        }
        \curl_reset($this->curl);
        \curl_setopt_array($this->curl, $options + [\CURLOPT_HTTPHEADER => $headers]);
        $content = \curl_exec($this->curl);
        if (!\is_string($content)) {
            return Answer::none(\curl_error($this->curl));
        }
        return Answer::of((int) \curl_getinfo($this->curl, \CURLINFO_RESPONSE_CODE), $content, $retryAfter);
    }

    /** @return array<string, string> what a dump shows: no key */
    public function __debugInfo(): array
    {
        return ['url' => $this->url];
    }

    /** @return never */
    public function __serialize(): array
    {
        throw new \LogicException('a client holds a key: make a new one instead');
    }
}
