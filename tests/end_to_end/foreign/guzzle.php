<?php
// Sends JSON with Guzzle, and retries with its own retry middleware.

require "/usr/share/php/GuzzleHttp/autoload.php";
require __DIR__ . "/requests.php";

use GuzzleHttp\Client;
use GuzzleHttp\Exception\BadResponseException;
use GuzzleHttp\HandlerStack;
use GuzzleHttp\Middleware;
use Psr\Http\Message\ResponseInterface;

$attempts = 0;
$stack = HandlerStack::create();
if ($retries > 0) {
    $is_to_be_retried = fn (int $tried, $request, ?ResponseInterface $response = null)
        => $tried < $retries && in_array($response?->getStatusCode(), [429, 503], true);
    $pause_ms = fn (int $tried, ResponseInterface $response)
        => max(250, 1000 * (int) $response->getHeaderLine("Retry-After"));
    $stack->push(Middleware::retry($is_to_be_retried, $pause_ms));
}
$stack->push(Middleware::tap(function () use (&$attempts) { $attempts++; }));
$client = new Client(["handler" => $stack]);

run(function (string $url, ?array $fields) use ($client, $key, &$attempts) {
    $attempts = 0;
    $options = ["headers" => ["Authorization" => "Bearer $key"]];
    $raised = null;
    try {
        $response = $fields === null
            ? $client->get($url, $options)
            : $client->post($url, $options + ["json" => $fields]);
    } catch (BadResponseException $error) {
        $raised = (new ReflectionClass($error))->getShortName();
        $response = $error->getResponse();
    }
    return [
        "status" => $response->getStatusCode(),
        "attempts" => $attempts,
        "answer" => json_decode($response->getBody(), true),
        "raised" => $raised,
    ];
});
