<?php

declare(strict_types=1);

namespace Ngoma\Client;

/**
 * Events that the gateway posts, signed by Standard Webhooks (version 1, symmetric).
 *
 * @phpstan-import-type Event from Gateway
 */
final class Webhooks
{
    private const TOLERANCE = 300;

    /**
     * Give the event that a request tells of.
     *
     * An event may come again: know it by its id. A test's has the type webhook.test.
     *
     * @param string $body what came, unparsed
     * @param array<string, string|list<string>> $headers as getallheaders() or a PSR-7 message gives them
     * @param string $secret what setting or rotating the webhook gave (whsec_…)
     * @return Event
     * @throws InvalidWebhook the gateway did not sign it under this secret in the last five minutes
     * @throws \InvalidArgumentException the secret is none
     */
    public static function verify(string $body, array $headers, #[\SensitiveParameter] string $secret): array
    {
        $encoded = \str_starts_with($secret, 'whsec_') ? \substr($secret, 6) : $secret;
        $bytes = \base64_decode($encoded, true);
        if ($bytes === false || $bytes === '') {
            throw new \InvalidArgumentException('the secret of a webhook is whsec_ and base64');
        }
        $given = [];
        foreach ($headers as $name => $value) {
            $given[\strtolower($name)] = \is_array($value) ? \implode(' ', $value) : $value;
        }
        $id = $given['webhook-id'] ?? '';
        $time = $given['webhook-timestamp'] ?? '';
        if ($id === '' || \preg_match('/\A[0-9]{1,12}\z/', $time) !== 1) {
            throw new InvalidWebhook('a header of the signature is missing, or is none');
        }
        if (\abs(\time() - (int) $time) > self::TOLERANCE) {
            throw new InvalidWebhook('it was not signed in the last five minutes');
        }
        $expected = 'v1,' . \base64_encode(\hash_hmac('sha256', "{$id}.{$time}.{$body}", $bytes, true));
        foreach (\explode(' ', $given['webhook-signature'] ?? '') as $signature) {
            if (\hash_equals($expected, $signature)) {
                $event = \json_decode($body, true);
                if (!\is_array($event)) {
                    throw new InvalidWebhook('the body is no event');
                }
                /** @var Event */
                return $event;
            }
        }
        throw new InvalidWebhook('no signature is of this secret');
    }
}
