<?php

// Takes webhooks that our PHP library verifies, in PHP's own server; see receivers.py.

use Ngoma\Client\{InvalidWebhook, Webhooks};

$library = __DIR__ . '/../../../api/clients/php/src';
require_once "{$library}/errors.php";
require_once "{$library}/Webhooks.php";

try {
    $event = Webhooks::verify(file_get_contents('php://input'), getallheaders(), getenv('WEBHOOK_SECRET'));
    file_put_contents('php://stdout', json_encode($event) . "\n");
    http_response_code(204);
} catch (InvalidWebhook $error) {
    http_response_code(401);
    echo $error->getMessage();
}
