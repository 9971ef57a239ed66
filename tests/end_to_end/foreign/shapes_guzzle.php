<?php
// Lists as Guzzle writes them in its kinds of bodies.

require "/usr/share/php/GuzzleHttp/autoload.php";

[, $base_url, $key, $single, $bulk, $list, $text] = $argv;
$to = array_slice($argv, 7);
$client = new GuzzleHttp\Client([
    "base_uri" => $base_url,
    "headers" => ["Authorization" => "Bearer $key"],
]);

$gapped = [1 => $to[0], 3 => $to[1]];
$part = fn (string $name, string $contents) => ["name" => $name, "contents" => $contents];
$bodies = [
    "JSON" => fn (string $message) => ["json" => [$list => $gapped, "message" => $message]],
    "form" => fn (string $message) => ["form_params" => [$list => $gapped, "message" => $message]],
    "form of one" => fn (string $message) => [
        "form_params" => [$list => $to[0], "message" => $message]],
    "multipart" => fn (string $message) => ["multipart" => [
        $part("{$list}[]", $to[0]), $part("{$list}[]", $to[1]), $part("message", $message)]],
];
$seen = [];
foreach ($bodies as $name => $body) {
    $response = $client->post($bulk, $body("$name, $text"));
    $seen[$name] = [
        "status" => $response->getStatusCode(),
        "answer" => json_decode($response->getBody(), true),
    ];
}
echo json_encode($seen), "\n";
