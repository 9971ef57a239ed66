<?php
// The five calls as PHP writes them. See programs.py.

[, $base_url, $key, $retries, $calls, $text] = $argv;
$to = array_slice($argv, 6);
// The first number stands twice; without its second place the array has a gap, and json_encode
// makes an object of it: {"0": …, "2": …}.
$many = array_unique([$to[0], ...$to]);

/** Give the address and the fields of a call; no fields where nothing is posted. */
function request(string $call): array
{
    global $base_url, $key, $text, $to, $many;
    $message = ["message" => "$text $call"];
    return match ($call) {
        "single" => ["$base_url/api", ["api_key" => $key, "to" => $to[0]] + $message],
        "bulk" => ["$base_url/api/bulk", ["api_key" => $key, "recipients" => $many] + $message],
        "feltech_single" => ["$base_url/api/v1/sms/send", ["to" => $to[0]] + $message],
        "feltech_bulk" => ["$base_url/api/v1/sms/send-bulk", ["to" => $many] + $message],
        "balance" => ["$base_url/api/balance?api_key=$key", null],
    };
}

/** Make each call, by $ask, and print what came of it. */
function run(callable $ask): void
{
    global $calls;
    $seen = [];
    foreach (explode(",", $calls) as $call) {
        $seen[$call] = $ask(...request($call));
    }
    echo json_encode($seen), "\n";
}

/** Ask until the answer is no 503, or all retries are used. */
function retried(callable $ask): array
{
    global $retries;
    for ($attempts = 1; ; $attempts++) {
        $seen = $ask();
        if ($seen["status"] !== 503 || $attempts > $retries) {
            return $seen + ["attempts" => $attempts];
        }
        usleep(250_000);
    }
}
