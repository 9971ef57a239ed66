<?php

// Written by `make docs` from the gateway's OpenAPI document: edit nothing here.

declare(strict_types=1);

namespace Ngoma\Client;

/**
 * Every call, as the gateway's OpenAPI document has it.
 *
 * @phpstan-type Lane 'bulk' | 'normal' | 'otp'
 * @phpstan-type Category 'promotional' | 'transactional'
 * @phpstan-type SendRequestWithKey array{lane?: Lane | null, validity_minutes?: int | null, send_at?: string | null, client_reference?: string | null, category?: Category | null, to: string | int, message: string, sender_id?: string | null}
 * @phpstan-type Encoding 'GSM-7' | 'UCS-2'
 * @phpstan-type Network 'airtel' | 'mtn' | 'zamtel'
 * @phpstan-type QueuedMessage array{status: 'queued', message_id: string, recipient: string, credits_used: int, credits_remaining: int, segments: int, encoding: Encoding, network: Network, test?: bool}
 * @phpstan-type GatewayUnavailable array{status: 'error', code: 'GATEWAY_UNAVAILABLE', message: string, queued: true, request_id: string, message_id: string, recipient: string, credits_used: int, credits_remaining: int, test?: bool}
 * @phpstan-type BulkRequestWithKey array{lane?: Lane | null, validity_minutes?: int | null, send_at?: string | null, client_reference?: string | null, category?: Category | null, recipients: list<string | int>, message: string, sender_id?: string | null}
 * @phpstan-type PersonalMessage array{to: string | int, message: string, client_reference?: string | null}
 * @phpstan-type PersonalBulkRequestWithKey array{lane?: Lane | null, validity_minutes?: int | null, send_at?: string | null, client_reference?: string | null, category?: Category | null, messages: list<PersonalMessage>, sender_id?: string | null}
 * @phpstan-type BulkMessage array{index: int, to: mixed, message_id: string, recipient: string, credits_used: int}
 * @phpstan-type RejectedRecipient array{index: int, to: mixed, code: 'INVALID_RECIPIENT' | 'RECIPIENT_OPTED_OUT', message: string}
 * @phpstan-type QueuedBulk array{status: 'queued', batch_id: string, queued: int, credits_used: int, credits_remaining: int, messages: list<BulkMessage>, rejected: list<RejectedRecipient>, duplicates: int, offline: list<Network>, test?: bool}
 * @phpstan-type GatewayUnavailableForBulk array{status: 'error', code: 'GATEWAY_UNAVAILABLE', message: string, queued: true, request_id: string, batch_id: string, credits_used: int, credits_remaining: int, messages: list<BulkMessage>, rejected: list<RejectedRecipient>, duplicates: int, offline: list<Network>, test?: bool}
 * @phpstan-type CreditBalance array{status: 'ok', balance: int, currency: 'SMS_CREDITS', test?: bool}
 * @phpstan-type LogsQuery array{page?: int, limit?: int, status?: string, before?: string}
 * @phpstan-type Failure array{code: string, message: string}
 * @phpstan-type WilcybertekLogEntry array{message_id: string, recipient: string | null, message: string | null, sender_id: string | null, sender_used: string | null, client_reference: string | null, network: Network, status: 'FAILED' | 'QUEUED' | 'SENT', delivery: 'delivered' | 'undelivered' | null, credits_used: int, credits_refunded: int, segments: int, queued_at: string, sent_at: string | null, delivered_at: string | null, failure: Failure | null}
 * @phpstan-type WilcybertekLog array{status: 'ok', page: int, limit: int, total: int, pages: int, logs: list<WilcybertekLogEntry>, test?: bool}
 * @phpstan-type SendRequest array{lane?: Lane | null, validity_minutes?: int | null, send_at?: string | null, client_reference?: string | null, category?: Category | null, to: string | int, message: string, sender_id?: string | null}
 * @phpstan-type SentMessage array{status: 'success', message_id: string, test?: bool}
 * @phpstan-type BulkRequest array{lane?: Lane | null, validity_minutes?: int | null, send_at?: string | null, client_reference?: string | null, category?: Category | null, to: list<string | int>, message: string, sender_id?: string | null}
 * @phpstan-type PersonalBulkRequest array{lane?: Lane | null, validity_minutes?: int | null, send_at?: string | null, client_reference?: string | null, category?: Category | null, messages: list<PersonalMessage>, sender_id?: string | null}
 * @phpstan-type SkippedRecipient array{index: int, code: 'RECIPIENT_OPTED_OUT'}
 * @phpstan-type SentBulk array{status: 'success', batch_id: string, queued: int, log_ids: list<int | null>, duplicates: int, skipped?: list<SkippedRecipient>, test?: bool}
 * @phpstan-type DeliveryStatus array{message_id: string, delivery_status: 'failed' | 'pending' | 'sent', Sent_at: string | null, sent_at: string | null, estimated_send_at: string | null, client_reference: string | null}
 * @phpstan-type MessageStatus array{status: 'success', data: DeliveryStatus, test?: bool}
 * @phpstan-type FeltechLogsQuery array{search?: string, status?: string, page?: int, before?: string, mode?: 'live' | 'test'}
 * @phpstan-type FeltechLogEntry array{id: int, recipient: string | null, message: string | null, sender_id: string | null, sender_used: string | null, client_reference: string | null, status: 'Failed' | 'Pending' | 'Sent', delivery: 'delivered' | 'undelivered' | null, cost: int, credits_refunded: int, sent_at: string | null, created_at: string}
 * @phpstan-type FeltechLogPage array{current_page: int, data: list<FeltechLogEntry>, per_page: int, total: int, last_page: int, from: int | null, to: int | null}
 * @phpstan-type FeltechLog array{data: FeltechLogPage, test?: bool}
 * @phpstan-type NewSenderId array{name: string, use_case: string}
 * @phpstan-type SenderIdRequest array{id: int, user_id: int, name: string | null, use_case: string | null, status: 'Approved' | 'Pending' | 'Rejected', created_at: string, test?: bool}
 * @phpstan-type SenderIdRequests array{data: list<SenderIdRequest>, test?: bool}
 * @phpstan-type PreviewRequest array{message: string, to?: string | int | null}
 * @phpstan-type Preview array{status: 'success', accepted: bool, encoding: Encoding, segments: int, units: int, remaining_in_segment: int, parts: list<string>, non_gsm_characters: list<string>, recipient: string | null, network: Network | null, credits: int, test?: bool}
 * @phpstan-type FullBalance array{status: 'success', available: int, reserved: int, spent: int, refunded: int, position: int, as_of: string, test?: bool}
 * @phpstan-type StatementQuery array{from?: string, to?: string, after?: int, limit?: int}
 * @phpstan-type StatementLine array{position: int, at: string, kind: string, credits: int, available: int, number: int | null, count: int | null, batch: int | null, cause: string | null, actor: string | null, reason: string | null, approver: string | null, entry: int | null}
 * @phpstan-type Statement array{account_id: int, from: string | null, to: string | null, opening: int, closing: int, lines: list<StatementLine>, next: int | null}
 * @phpstan-type StatementAnswer array{status: 'success', data: Statement, test?: bool}
 * @phpstan-type TimelineCharge array{credits: int, segments: int, encoding: Encoding, tariff: string, state: 'reserved' | 'spent' | 'refunded', description: string}
 * @phpstan-type TimelineRoute array{network: Network, plan: string, description: string}
 * @phpstan-type TimelineStep array{at: string, event: string, description: string, actor: string | null, reason: string | null}
 * @phpstan-type LedgerPosting array{account: string, unit: 'SMSCR' | 'ZMW', amount: int}
 * @phpstan-type LedgerEvent array{position: int, at: string, event: string, postings: list<LedgerPosting>, sealed: bool}
 * @phpstan-type Timeline array{message_id: string, reference: string, delivery_status: 'failed' | 'pending' | 'sent', state: string, recipient: string | null, sender_id: string | null, client_reference: string | null, request_id: string | null, lane: Lane, category: Category, send_at: string | null, held_until: string | null, estimated_send_at: string | null, expires_at: string, summary: string, charge: TimelineCharge, route: TimelineRoute, evidence: list<string>, timeline: list<TimelineStep>, ledger: list<LedgerEvent>}
 * @phpstan-type MessageTimeline array{status: 'success', data: Timeline, test?: bool}
 * @phpstan-type Cancelled array{message_id: string, delivery_status: 'failed' | 'pending' | 'sent', state: string, credits_refunded: int}
 * @phpstan-type CancelledMessage array{status: 'success', data: Cancelled, test?: bool}
 * @phpstan-type Batch array{batch_id: string, accepted: int, queued: int, sent: int, delivered: int, failed: int, cancelled: int, credits_used: int, credits_refunded: int}
 * @phpstan-type BatchAnswer array{status: 'success', data: Batch, test?: bool}
 * @phpstan-type BatchCancelled array{status: 'success', cancelled_now: int, data: Batch, test?: bool}
 * @phpstan-type UploadsQuery array{before?: string, limit?: int}
 * @phpstan-type UploadPause array{code: string, message: string}
 * @phpstan-type Upload array{upload_id: string, state: 'cancelled' | 'done' | 'paused' | 'preview' | 'sending', rows: int, good: int, bad: int, segments: int, credits: int, queued: int, skipped: int, credits_used: int, paused: UploadPause | null, created_at: string}
 * @phpstan-type Uploads array{status: 'success', data: list<Upload>, test?: bool}
 * @phpstan-type BadRow array{row: int, recipient: string, reason: string}
 * @phpstan-type UploadDetails array{upload_id: string, state: 'cancelled' | 'done' | 'paused' | 'preview' | 'sending', rows: int, good: int, bad: int, segments: int, credits: int, queued: int, skipped: int, credits_used: int, paused: UploadPause | null, created_at: string, template: string | null, column: string | null, sender_id: string | null, lane: string | null, category: string | null, send_at: string | null, notes: list<string>, bad_rows: list<BadRow>}
 * @phpstan-type UploadAnswer array{status: 'success', data: UploadDetails, test?: bool}
 * @phpstan-type UploadRowsQuery array{after?: int, limit?: int}
 * @phpstan-type UploadRow array{row: int, recipient: string, network: string | null, message: string, encoding: 'GSM-7' | 'UCS-2', segments: int, credits: int}
 * @phpstan-type UploadRows array{status: 'success', data: list<UploadRow>, next: int | null, test?: bool}
 * @phpstan-type Role 'admin' | 'auditor' | 'finance_preparer' | 'finance_reviewer'
 * @phpstan-type OwnLimits array{single: int | null, bulk: int | null, read: int | null}
 * @phpstan-type QuietHours array{from: string, to: string}
 * @phpstan-type OwnAccount array{id: int, name: string | null, email: string | null, roles: list<Role>, default_sender: string, default_sender_id: string | null, limits: OwnLimits, daily_credits: int | null, low_balance_credits: int | null, quiet_hours: QuietHours | null, quiet_all: bool, suspended: bool}
 * @phpstan-type AccountShown array{status: 'success', data: OwnAccount, test?: bool}
 * @phpstan-type AccountChange array{default_sender_id?: string | null, low_balance_credits?: int | null, quiet_hours?: QuietHours | null, quiet_all?: bool}
 * @phpstan-type Mode 'live' | 'test'
 * @phpstan-type Scope 'read' | 'send'
 * @phpstan-type ApiKeyRow array{id: string, name: string, mode: Mode, scopes: list<Scope>, sources: list<string>, created_at: string, last_used_at: string | null}
 * @phpstan-type ApiKeys array{status: 'success', data: list<ApiKeyRow>, test?: bool}
 * @phpstan-type KeyRequest array{name: string, scopes?: list<string>, sources?: list<string>, mode?: Mode}
 * @phpstan-type NewApiKey array{status: 'success', key: ApiKeyRow, api_key: string, test?: bool}
 * @phpstan-type Done array{status: 'success', message: string, test?: bool}
 * @phpstan-type InboxQuery array{before?: string, limit?: int}
 * @phpstan-type InboundMessage array{id: string, sender: string | null, recipient: string | null, message: string | null, exact: bool, parts: int, missing: int, keyword: 'start' | 'stop' | null, received_at: string}
 * @phpstan-type InboundMessages array{status: 'success', data: list<InboundMessage>, test?: bool}
 * @phpstan-type SuppressionsQuery array{before?: int, limit?: int}
 * @phpstan-type SuppressedNumber array{id: int, recipient: string | null, scope: 'account' | 'all', by: 'recipient' | 'staff', since: string}
 * @phpstan-type SuppressedNumbers array{status: 'success', data: list<SuppressedNumber>, test?: bool}
 * @phpstan-type ThreadsQuery array{before?: string, limit?: int}
 * @phpstan-type ThreadMessage array{id: string, direction: 'in' | 'out', message: string | null, status: 'Failed' | 'Pending' | 'Sent' | null, delivery: 'delivered' | 'undelivered' | null, sender_id: string | null, cost: int | null, credits_refunded: int | null, sent_at: string | null, keyword: 'start' | 'stop' | null, created_at: string}
 * @phpstan-type ThreadRow array{number: string, last: ThreadMessage}
 * @phpstan-type Threads array{status: 'success', data: list<ThreadRow>, next: string | null, test?: bool}
 * @phpstan-type ThreadQuery array{before?: string, limit?: int}
 * @phpstan-type ThreadShown array{status: 'success', number: string, data: list<ThreadMessage>, next: string | null, test?: bool}
 * @phpstan-type KeywordUnanswered array{code: string, at: string}
 * @phpstan-type Keyword array{word: string, answer: string, sender_id: string | null, unanswered: KeywordUnanswered | null}
 * @phpstan-type Keywords array{status: 'success', data: list<Keyword>, test?: bool}
 * @phpstan-type KeywordRequest array{answer: string, sender_id?: string | null}
 * @phpstan-type KeywordShown array{status: 'success', data: Keyword, test?: bool}
 * @phpstan-type EventsQuery array{after?: int, limit?: int, wait?: int}
 * @phpstan-type MessageSentTold array{message_id: string, recipient: string | null, client_reference: string | null, network: string, credits: int}
 * @phpstan-type MessageSentEvent array{type: 'message.sent', id: string, sequence: int, created_at: string, data: MessageSentTold, test?: bool}
 * @phpstan-type MessageTold array{message_id: string, recipient: string | null, client_reference: string | null}
 * @phpstan-type MessageDeliveredEvent array{type: 'message.delivered', id: string, sequence: int, created_at: string, data: MessageTold, test?: bool}
 * @phpstan-type MessageUndeliveredEvent array{type: 'message.undelivered', id: string, sequence: int, created_at: string, data: MessageTold, test?: bool}
 * @phpstan-type MessageFailure array{code: string, message: string}
 * @phpstan-type MessageFailedTold array{message_id: string, recipient: string | null, client_reference: string | null, network: string, credits_refunded: int, failure: MessageFailure}
 * @phpstan-type MessageFailedEvent array{type: 'message.failed', id: string, sequence: int, created_at: string, data: MessageFailedTold, test?: bool}
 * @phpstan-type InboundTold array{id: string, sender: string | null, recipient: string | null, message: string | null, parts: int, missing: int, keyword: 'start' | 'stop' | null, received_at: string}
 * @phpstan-type MessageInboundEvent array{type: 'message.inbound', id: string, sequence: int, created_at: string, data: InboundTold}
 * @phpstan-type BalanceTold array{available: int}
 * @phpstan-type BalanceLowEvent array{type: 'balance.low', id: string, sequence: int, created_at: string, data: BalanceTold}
 * @phpstan-type SenderIdTold array{id: int, name: string | null}
 * @phpstan-type SenderIdApprovedEvent array{type: 'sender_id.approved', id: string, sequence: int, created_at: string, data: SenderIdTold}
 * @phpstan-type SenderIdRejectedEvent array{type: 'sender_id.rejected', id: string, sequence: int, created_at: string, data: SenderIdTold}
 * @phpstan-type TopUpTold array{topup_id: string, amount_ngwee: int, credits: int, price_list: string}
 * @phpstan-type TopUpConfirmedEvent array{type: 'topup.confirmed', id: string, sequence: int, created_at: string, data: TopUpTold}
 * @phpstan-type Events array{status: 'success', data: list<MessageSentEvent | MessageDeliveredEvent | MessageUndeliveredEvent | MessageFailedEvent | MessageInboundEvent | BalanceLowEvent | SenderIdApprovedEvent | SenderIdRejectedEvent | TopUpConfirmedEvent>, next: int, test?: bool}
 * @phpstan-type Webhook array{url: string, events: list<'balance.low' | 'message.delivered' | 'message.failed' | 'message.inbound' | 'message.sent' | 'message.undelivered' | 'sender_id.approved' | 'sender_id.rejected' | 'topup.confirmed'>, state: 'active' | 'gone' | 'paused', delivered: int, newest: int, failed_tries: int, next_try_at: string | null, old_secret_until: string | null, secret: string | null}
 * @phpstan-type WebhookShown array{status: 'success', data: Webhook, test?: bool}
 * @phpstan-type WebhookRequest array{url: string, events: list<'balance.low' | 'message.delivered' | 'message.failed' | 'message.inbound' | 'message.sent' | 'message.undelivered' | 'sender_id.approved' | 'sender_id.rejected' | 'topup.confirmed'> | null}
 * @phpstan-type Tried array{event: string, taken: bool, http_status: int | null, error: string | null, answer: string, took_ms: int}
 * @phpstan-type WebhookTried array{status: 'success', data: Tried, test?: bool}
 * @phpstan-type NewSecret array{secret: string, old_secret_until: string}
 * @phpstan-type SecretRotated array{status: 'success', data: NewSecret, test?: bool}
 * @phpstan-type ReplayRequest array{after: int}
 * @phpstan-type AttemptsQuery array{before?: int, limit?: int}
 * @phpstan-type Attempt array{number: int, event: string, sequence: int, type: 'balance.low' | 'message.delivered' | 'message.failed' | 'message.inbound' | 'message.sent' | 'message.undelivered' | 'sender_id.approved' | 'sender_id.rejected' | 'topup.confirmed', at: string, http_status: int | null, error: string | null, answer: string, took_ms: int}
 * @phpstan-type Attempts array{status: 'success', data: list<Attempt>, test?: bool}
 * @phpstan-type PackOffered array{name: string, credits: int, amount_ngwee: int}
 * @phpstan-type PricesInForce array{price_list: string, ngwee_per_credit: int, vat_percent: int, packs: list<PackOffered>}
 * @phpstan-type PricesShown array{status: 'success', data: PricesInForce, test?: bool}
 * @phpstan-type TopUpRequest array{msisdn: string | int, amount_ngwee?: int, pack?: string, network?: Network}
 * @phpstan-type TopUpFailure array{code: string, message: string}
 * @phpstan-type TopUp array{topup_id: string, state: 'confirmed' | 'expired' | 'failed' | 'held' | 'pending' | 'refunded' | 'requested' | 'reversed' | 'unknown', amount_ngwee: int, credits: int, price_list: string, msisdn: string | null, network: Network, provider: string, receipt: string | null, created_at: string, confirmed_at: string | null, failure: TopUpFailure | null}
 * @phpstan-type TopUpShown array{status: 'success', data: TopUp, test?: bool}
 * @phpstan-type TopUpsQuery array{state?: 'requested' | 'pending' | 'unknown' | 'confirmed' | 'failed' | 'expired' | 'held' | 'refunded' | 'reversed', before?: string, limit?: int}
 * @phpstan-type TopUps array{status: 'success', data: list<TopUp>, test?: bool}
 * @phpstan-type Event MessageSentEvent | MessageDeliveredEvent | MessageUndeliveredEvent | MessageFailedEvent | MessageInboundEvent | BalanceLowEvent | SenderIdApprovedEvent | SenderIdRejectedEvent | TopUpConfirmedEvent
 */
abstract class Gateway
{
    public const VERSION = '0.1.0';

    /**
     * @param array<string, mixed> $query
     * @param array<string, mixed>|null $body
     */
    abstract protected function ask(string $method, string $path, array $query = [], ?array $body = null, ?string $key = null): mixed;

    /**
     * Send one message.
     *
     * @param SendRequestWithKey $fields
     * @return QueuedMessage | GatewayUnavailable
     */
    public function send(array $fields, ?string $idempotencyKey = null): array
    {
        /** @var QueuedMessage | GatewayUnavailable */
        return $this->ask('POST', '/api', body: $fields, key: $idempotencyKey ?? Keys::make());
    }

    /**
     * Send one text to at most 500 recipients.
     *
     * @param BulkRequestWithKey | PersonalBulkRequestWithKey $fields
     * @return QueuedBulk | GatewayUnavailableForBulk
     */
    public function sendBulk(array $fields, ?string $idempotencyKey = null): array
    {
        /** @var QueuedBulk | GatewayUnavailableForBulk */
        return $this->ask('POST', '/api/bulk', body: $fields, key: $idempotencyKey ?? Keys::make());
    }

    /**
     * Credits that are available now.
     *
     * @return CreditBalance
     */
    public function balance(): array
    {
        /** @var CreditBalance */
        return $this->ask('GET', '/api/balance');
    }

    /**
     * Messages, newest first.
     *
     * @param LogsQuery $fields
     * @return WilcybertekLog
     */
    public function logs(array $fields = []): array
    {
        /** @var WilcybertekLog */
        return $this->ask('GET', '/api/logs', query: $fields);
    }

    /**
     * Send one message.
     *
     * @param SendRequest $fields
     * @return SentMessage
     */
    public function feltechSend(array $fields, ?string $idempotencyKey = null): array
    {
        /** @var SentMessage */
        return $this->ask('POST', '/api/v1/sms/send', body: $fields, key: $idempotencyKey ?? Keys::make());
    }

    /**
     * Send one text to at most 500 recipients.
     *
     * @param BulkRequest | PersonalBulkRequest $fields
     * @return SentBulk
     */
    public function feltechSendBulk(array $fields, ?string $idempotencyKey = null): array
    {
        /** @var SentBulk */
        return $this->ask('POST', '/api/v1/sms/send-bulk', body: $fields, key: $idempotencyKey ?? Keys::make());
    }

    /**
     * Where a message stands.
     *
     * @return MessageStatus
     */
    public function status(string $messageId): array
    {
        /** @var MessageStatus */
        return $this->ask('GET', '/api/v1/sms/status/' . \rawurlencode($messageId));
    }

    /**
     * Messages, newest first, 20 a page.
     *
     * @param FeltechLogsQuery $fields
     * @return FeltechLog
     */
    public function feltechLogs(array $fields = []): array
    {
        /** @var FeltechLog */
        return $this->ask('GET', '/api/sms/logs', query: $fields);
    }

    /**
     * Ask for a sender ID.
     *
     * @param NewSenderId $fields
     * @return SenderIdRequest
     */
    public function requestSenderId(array $fields): array
    {
        /** @var SenderIdRequest */
        return $this->ask('POST', '/api/sender-ids', body: $fields);
    }

    /**
     * Sender IDs and where their requests stand.
     *
     * @return SenderIdRequests
     */
    public function senderIds(): array
    {
        /** @var SenderIdRequests */
        return $this->ask('GET', '/api/sender-ids');
    }

    /**
     * What a send would do; nothing is stored.
     *
     * @param PreviewRequest $fields
     * @return Preview
     */
    public function preview(array $fields): array
    {
        /** @var Preview */
        return $this->ask('POST', '/api/v1/sms/preview', body: $fields);
    }

    /**
     * Credits available, reserved, spent and refunded at one moment.
     *
     * @return FullBalance
     */
    public function fullBalance(): array
    {
        /** @var FullBalance */
        return $this->ask('GET', '/api/v1/balance');
    }

    /**
     * Movements of the wallet, oldest first: what for, by whom and why.
     *
     * @param StatementQuery $fields
     * @return StatementAnswer
     */
    public function statement(array $fields = []): array
    {
        /** @var StatementAnswer */
        return $this->ask('GET', '/api/v1/statement', query: $fields);
    }

    /**
     * A message's timeline, with its charge, route and evidence.
     *
     * @return MessageTimeline
     */
    public function timeline(string $messageId): array
    {
        /** @var MessageTimeline */
        return $this->ask('GET', '/api/v1/messages/' . \rawurlencode($messageId));
    }

    /**
     * Take a message back that still waits; its credits come back.
     *
     * @return CancelledMessage
     */
    public function cancelMessage(string $messageId): array
    {
        /** @var CancelledMessage */
        return $this->ask('POST', '/api/v1/messages/' . \rawurlencode($messageId) . '/cancel');
    }

    /**
     * How the messages of a bulk stand.
     *
     * @return BatchAnswer
     */
    public function batch(string $batchId): array
    {
        /** @var BatchAnswer */
        return $this->ask('GET', '/api/v1/batches/' . \rawurlencode($batchId));
    }

    /**
     * Take back what still waits of a bulk; what has left stays.
     *
     * @return BatchCancelled
     */
    public function cancelBatch(string $batchId): array
    {
        /** @var BatchCancelled */
        return $this->ask('POST', '/api/v1/batches/' . \rawurlencode($batchId) . '/cancel');
    }

    /**
     * Uploaded lists, newest first.
     *
     * @param UploadsQuery $fields
     * @return Uploads
     */
    public function uploads(array $fields = []): array
    {
        /** @var Uploads */
        return $this->ask('GET', '/api/v1/uploads', query: $fields);
    }

    /**
     * How far an uploaded list is.
     *
     * @return UploadAnswer
     */
    public function oneUpload(string $uploadId): array
    {
        /** @var UploadAnswer */
        return $this->ask('GET', '/api/v1/uploads/' . \rawurlencode($uploadId));
    }

    /**
     * The good rows of a list as they will be sent: text, segments and price.
     *
     * @param UploadRowsQuery $fields
     * @return UploadRows
     */
    public function uploadRows(string $uploadId, array $fields = []): array
    {
        /** @var UploadRows */
        return $this->ask('GET', '/api/v1/uploads/' . \rawurlencode($uploadId) . '/rows', query: $fields);
    }

    /**
     * Send a list in the background, or go on.
     *
     * @return UploadAnswer
     */
    public function startUpload(string $uploadId): array
    {
        /** @var UploadAnswer */
        return $this->ask('POST', '/api/v1/uploads/' . \rawurlencode($uploadId) . '/start');
    }

    /**
     * Let a list wait.
     *
     * @return UploadAnswer
     */
    public function pauseUpload(string $uploadId): array
    {
        /** @var UploadAnswer */
        return $this->ask('POST', '/api/v1/uploads/' . \rawurlencode($uploadId) . '/pause');
    }

    /**
     * Send no more of a list; its rows are erased.
     *
     * @return UploadAnswer
     */
    public function cancelUpload(string $uploadId): array
    {
        /** @var UploadAnswer */
        return $this->ask('POST', '/api/v1/uploads/' . \rawurlencode($uploadId) . '/cancel');
    }

    /**
     * The account itself.
     *
     * @return AccountShown
     */
    public function account(): array
    {
        /** @var AccountShown */
        return $this->ask('GET', '/api/v1/account');
    }

    /**
     * Change the default sender, the quiet hours, and when few credits are told.
     *
     * @param AccountChange $fields
     * @return AccountShown
     */
    public function changeAccount(array $fields): array
    {
        /** @var AccountShown */
        return $this->ask('PUT', '/api/v1/account', body: $fields);
    }

    /**
     * The account's working API keys.
     *
     * @return ApiKeys
     */
    public function keys(): array
    {
        /** @var ApiKeys */
        return $this->ask('GET', '/api/v1/keys');
    }

    /**
     * Make an API key.
     *
     * @param KeyRequest $fields
     * @return NewApiKey
     */
    public function issueKey(array $fields): array
    {
        /** @var NewApiKey */
        return $this->ask('POST', '/api/v1/keys', body: $fields);
    }

    /**
     * Replace an API key: the new one works and the old one ends at once.
     *
     * @return NewApiKey
     */
    public function regenerateKey(string $keyId): array
    {
        /** @var NewApiKey */
        return $this->ask('POST', '/api/v1/keys/' . \rawurlencode($keyId) . '/regenerate');
    }

    /**
     * End an API key.
     *
     * @return Done
     */
    public function endKey(string $keyId): array
    {
        /** @var Done */
        return $this->ask('DELETE', '/api/v1/keys/' . \rawurlencode($keyId));
    }

    /**
     * Messages that came in as answers to the account's, newest first.
     *
     * @param InboxQuery $fields
     * @return InboundMessages
     */
    public function inbox(array $fields = []): array
    {
        /** @var InboundMessages */
        return $this->ask('GET', '/api/v1/inbound', query: $fields);
    }

    /**
     * Numbers that get no promotional messages of the account, newest first.
     *
     * @param SuppressionsQuery $fields
     * @return SuppressedNumbers
     */
    public function suppressions(array $fields = []): array
    {
        /** @var SuppressedNumbers */
        return $this->ask('GET', '/api/v1/suppressions', query: $fields);
    }

    /**
     * Conversations, each with its newest message, newest first.
     *
     * @param ThreadsQuery $fields
     * @return Threads
     */
    public function threads(array $fields = []): array
    {
        /** @var Threads */
        return $this->ask('GET', '/api/v1/threads', query: $fields);
    }

    /**
     * What was sent to a number and what it answered, newest first.
     *
     * @param ThreadQuery $fields
     * @return ThreadShown
     */
    public function thread(string $msisdn, array $fields = []): array
    {
        /** @var ThreadShown */
        return $this->ask('GET', '/api/v1/threads/' . \rawurlencode($msisdn), query: $fields);
    }

    /**
     * What is answered in the account's name, by the first word of what comes in.
     *
     * @return Keywords
     */
    public function keywords(): array
    {
        /** @var Keywords */
        return $this->ask('GET', '/api/v1/keywords');
    }

    /**
     * Set what is answered to messages that begin with a word.
     *
     * @param KeywordRequest $fields
     * @return KeywordShown
     */
    public function setKeyword(string $word, array $fields): array
    {
        /** @var KeywordShown */
        return $this->ask('PUT', '/api/v1/keywords/' . \rawurlencode($word), body: $fields);
    }

    /**
     * Answer a word no more.
     *
     * @return Done
     */
    public function deleteKeyword(string $word): array
    {
        /** @var Done */
        return $this->ask('DELETE', '/api/v1/keywords/' . \rawurlencode($word));
    }

    /**
     * What happened to what is the account's, oldest first; the answer may wait for it.
     *
     * @param EventsQuery $fields
     * @return Events
     */
    public function events(array $fields = []): array
    {
        /** @var Events */
        return $this->ask('GET', '/api/v1/events', query: $fields);
    }

    /**
     * The account's webhook, and how it goes.
     *
     * @return WebhookShown
     */
    public function webhook(): array
    {
        /** @var WebhookShown */
        return $this->ask('GET', '/api/v1/webhook');
    }

    /**
     * Set where the account is told of its events; its secret is shown once.
     *
     * @param WebhookRequest $fields
     * @return WebhookShown
     */
    public function setWebhook(array $fields): array
    {
        /** @var WebhookShown */
        return $this->ask('PUT', '/api/v1/webhook', body: $fields);
    }

    /**
     * Tell nothing any more.
     *
     * @return Done
     */
    public function removeWebhook(): array
    {
        /** @var Done */
        return $this->ask('DELETE', '/api/v1/webhook');
    }

    /**
     * Post a test to the webhook and say what came of it.
     *
     * @return WebhookTried
     */
    public function tryWebhook(): array
    {
        /** @var WebhookTried */
        return $this->ask('POST', '/api/v1/webhook/test');
    }

    /**
     * Give the webhook another secret; for a day both sign.
     *
     * @return SecretRotated
     */
    public function rotateWebhook(): array
    {
        /** @var SecretRotated */
        return $this->ask('POST', '/api/v1/webhook/rotate');
    }

    /**
     * Tell all events after a sequence once more.
     *
     * @param ReplayRequest $fields
     * @return WebhookShown
     */
    public function replayWebhook(array $fields): array
    {
        /** @var WebhookShown */
        return $this->ask('POST', '/api/v1/webhook/replay', body: $fields);
    }

    /**
     * The newest attempts to tell, newest first.
     *
     * @param AttemptsQuery $fields
     * @return Attempts
     */
    public function attempts(array $fields = []): array
    {
        /** @var Attempts */
        return $this->ask('GET', '/api/v1/webhook/attempts', query: $fields);
    }

    /**
     * What credits cost.
     *
     * @return PricesShown
     */
    public function prices(): array
    {
        /** @var PricesShown */
        return $this->ask('GET', '/api/v1/prices');
    }

    /**
     * Top up by mobile money: the payer is asked for the PIN.
     *
     * @param TopUpRequest $fields
     * @return TopUpShown
     */
    public function requestTopUp(array $fields, ?string $idempotencyKey = null): array
    {
        /** @var TopUpShown */
        return $this->ask('POST', '/api/v1/topups', body: $fields, key: $idempotencyKey ?? Keys::make());
    }

    /**
     * Top-ups, newest first.
     *
     * @param TopUpsQuery $fields
     * @return TopUps
     */
    public function topUps(array $fields = []): array
    {
        /** @var TopUps */
        return $this->ask('GET', '/api/v1/topups', query: $fields);
    }

    /**
     * Where a top-up stands.
     *
     * @return TopUpShown
     */
    public function topUp(string $topupId): array
    {
        /** @var TopUpShown */
        return $this->ask('GET', '/api/v1/topups/' . \rawurlencode($topupId));
    }
}
