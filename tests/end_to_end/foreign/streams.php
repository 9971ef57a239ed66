<?php
// Sends forms with file_get_contents, which gives no body when the status says that it failed.

require __DIR__ . "/requests.php";

run(fn (string $url, ?array $fields) => retried(function () use ($url, $fields, $key) {
    $options = ["header" => "Authorization: Bearer $key"];
    if ($fields !== null) {
        $options = [
            "method" => "POST",
            "header" => "Authorization: Bearer $key\r\n"
                . "Content-Type: application/x-www-form-urlencoded",
            "content" => http_build_query($fields),
        ];
    }
    $body = @file_get_contents($url, false, stream_context_create(["http" => $options]));
    return [
        "status" => (int) explode(" ", $http_response_header[0])[1],
        "answer" => $body === false ? null : json_decode($body, true),
        "raised" => $body === false ? "false" : null,
    ];
}));
