<?php
// Requests as PHP makes them of what its programs have at hand. See programs.py.

[, $base_url, $key, $single, $bulk, $list, $text] = $argv;
$to = array_slice($argv, 7);
const FORM = "application/x-www-form-urlencoded";

/** Post a body with the cURL extension: a string as it is, an array as multipart. */
function post(string $path, array|string $body, ?string $content_type = null): array
{
    global $base_url, $key;
    $handle = curl_init($base_url . $path);
    $headers = ["Authorization: Bearer $key"];
    if ($content_type !== null) {
        $headers[] = "Content-Type: $content_type";
    }
    curl_setopt_array($handle, [
        CURLOPT_POSTFIELDS => $body,
        CURLOPT_RETURNTRANSFER => true,
        CURLOPT_HTTPHEADER => $headers,
    ]);
    $answer = json_decode(curl_exec($handle), true);
    return ["status" => curl_getinfo($handle, CURLINFO_RESPONSE_CODE), "answer" => $answer];
}

/** Post what json_encode makes of fields. */
function post_json(string $path, array $fields): array
{
    return post($path, json_encode($fields), "application/json");
}

/** Give the lines of a file as file() does: each with its end. */
function lines(string ...$lines): array
{
    $path = tempnam(sys_get_temp_dir(), "lines");
    file_put_contents($path, implode("\n", $lines) . "\n");
    $read = file($path);
    unlink($path);
    return $read;
}

$filtered = array_filter(["", $to[0], "", $to[1]]); // {"1": …, "3": …}
$in_latin_1 = fn (string $text) => iconv("UTF-8", "ISO-8859-1", $text);
$shapes = [
    "array_filter, JSON" => fn (array $message) => post_json(
        $bulk, [$list => $filtered] + $message),
    "array_filter, form" => fn (array $message) => post(
        $bulk, http_build_query([$list => $filtered] + $message), FORM),
    "array_filter, multipart" => fn (array $message) => post(
        $bulk, ["{$list}[1]" => $to[0], "{$list}[3]" => $to[1]] + $message),
    "lines of a file" => fn (array $message) => post_json(
        $bulk, ["api_key" => lines($key)[0], $list => lines(...$to)] + $message),
    "float" => fn (array $message) => post_json($single, ["to" => (float) $to[0]] + $message),
    "café in Latin-1" => fn (array $message) => post(
        $single,
        http_build_query(array_map($in_latin_1, ["to" => $to[0]] + $message)),
        FORM . "; charset=ISO-8859-1"),
];
$seen = [];
foreach ($shapes as $name => $shape) {
    $seen[$name] = $shape(["message" => "$name, $text"]);
}
echo json_encode($seen), "\n";
