<?php

// Tries the PHP library; see trial.py. Its first argument is Composer's autoload.php.

use Ngoma\Client\{InvalidWebhook, Ngoma, Refused, Retries, Webhooks};

[, $autoload, $url, $key, $what] = $argv;
require $autoload;

$ngoma = new Ngoma($key, $url, new Retries(attempts: 8, firstPause: 0.02));

if ($what === 'webhooks') {
    $seen = [];
    foreach (json_decode($argv[6], true) as ['body' => $body, 'headers' => $headers]) {
        try {
            $seen[] = Webhooks::verify($body, $headers, $argv[5])['type'];
        } catch (InvalidWebhook) {
            $seen[] = 'InvalidWebhook';
        }
    }
    echo json_encode($seen);
    exit;
}
if ($what === 'masses') {
    [, , , , , $count, $text] = $argv;
    $numbers = ['0977000000', '0955000000', '0505000000'];
    $ids = [];
    for ($number = 0; $number < $count; $number++) {
        $ids[] = $ngoma->send(['to' => $numbers[$number % 3], 'message' => "{$text} {$number}"])['message_id'];
    }
    echo json_encode($ids);
    exit;
}

$errorOf = function (callable $act): array {
    try {
        $act();
    } catch (Refused $error) {
        return [(new ReflectionClass($error))->getShortName(), $error->errorCode];
    }
    return ['nothing', null];
};
$send = $ngoma->send([
    'to' => '260977000000', 'message' => 'Your account balance is K250.00', 'sender_id' => 'MyBusiness',
]);
$bulk = $ngoma->sendBulk([
    'recipients' => ['260977000001', '260966000002', '260955000003', '977123456'],
    'message' => 'Flash sale! 30% off all services today only.',
]);
$balance = $ngoma->balance();
$second = $ngoma->feltechSend(['to' => '+260977000000', 'message' => 'Hello from Feltech SMS!']);
$many = $ngoma->feltechSendBulk(['to' => ['+260977000000', '+260955111111'], 'message' => 'Hello']);
$once = fn () => $ngoma->feltechSend(['to' => '0977000000', 'message' => 'once'], 'order-42-php')['message_id'];
$asked = ['name' => 'Php Shop', 'use_case' => 'Promotional offers'];
echo json_encode([
    'send' => $send,
    'bulk' => $bulk,
    'balance' => $balance,
    'logs' => $ngoma->logs(['page' => 1, 'limit' => 50]),
    'feltech_send' => $second,
    'feltech_bulk' => $many,
    'status' => $ngoma->status($second['message_id']),
    'feltech_logs' => $ngoma->feltechLogs(['search' => 'feltech']),
    'sender_id' => $ngoma->requestSenderId($asked),
    'same_key' => [$once(), $once()],
    'errors' => [
        $errorOf(fn () => $ngoma->send(['to' => '977123456', 'message' => 'no country'])),
        $errorOf(fn () => $ngoma->send(['to' => '260977000000', 'message' => str_repeat('x', 1601)])),
        $errorOf(fn () => $ngoma->feltechSend(['to' => '977123456', 'message' => 'no country'])),
        $errorOf(fn () => $ngoma->requestSenderId($asked)),
        $errorOf(fn () => $ngoma->status('msg_999999')),
        $errorOf(fn () => (new Ngoma(str_repeat('A', 32), $url))->balance()),
    ],
]);
