<?php
// Sends what the published document sends with PHP, and prints what came back as one JSON line.
// Takes SMS_BASE_URL and SMS_API_KEY from the environment.

function post_json(string $path, array $fields): array
{
    $handle = curl_init(getenv("SMS_BASE_URL") . $path);
    curl_setopt_array($handle, [
        CURLOPT_POST => true,
        CURLOPT_RETURNTRANSFER => true,
        CURLOPT_HTTPHEADER => ["Content-Type: application/json"],
        CURLOPT_POSTFIELDS => json_encode($fields),
    ]);
    $body = curl_exec($handle);
    if ($body === false) {
        fwrite(STDERR, curl_error($handle) . "\n");
        exit(1);
    }
    return [
        "status" => curl_getinfo($handle, CURLINFO_RESPONSE_CODE),
        "answer" => json_decode($body, true),
    ];
}

function send(string $name, string $to, string $message, array $options = []): array
{
    $fields = ["api_key" => getenv("SMS_API_KEY"), "to" => $to, "message" => $message];
    return ["call" => "send", "name" => $name, "to" => [$to], "message" => $message]
        + post_json("/api", $fields + $options);
}

$otp = random_int(100000, 999999);
$calls = [
    send(
        "single",
        "260977000000",
        "Your account balance is K250.00",
        ["sender_id" => "MyBusiness"]
    ),
    send("otp", "260977000000", "Your verification code is: {$otp}. Valid for 5 minutes."),
];
echo json_encode($calls, JSON_UNESCAPED_SLASHES), "\n";
