<?php
// Sends JSON with PHP's cURL extension.

require __DIR__ . "/requests.php";

run(fn (string $url, ?array $fields) => retried(function () use ($url, $fields, $key) {
    $handle = curl_init($url);
    curl_setopt_array($handle, [
        CURLOPT_RETURNTRANSFER => true,
        CURLOPT_HTTPHEADER => ["Content-Type: application/json", "Authorization: Bearer $key"],
    ]);
    if ($fields !== null) {
        curl_setopt($handle, CURLOPT_POSTFIELDS, json_encode($fields));
    }
    $body = curl_exec($handle);
    return [
        "status" => curl_getinfo($handle, CURLINFO_RESPONSE_CODE),
        "answer" => json_decode($body, true),
    ];
}));
