// Written by `make docs` from the gateway's OpenAPI document: edit nothing here.

import { keyed, type Options, type Request } from "./request.js";

export const VERSION = "0.1.0";

/** How urgent a message is; the order of this list is the order of service. */
export type Lane = "bulk" | "normal" | "otp";

/** Why a message is sent: because of what its recipient does, or to win them for something. */
export type Category = "promotional" | "transactional";

/** One message, with the key beside it. */
export interface SendRequestWithKey {
  /** How urgent it is; a bulk is `bulk` by itself, a single send `normal`. */
  lane?: Lane | null;
  /** How long it may wait to be sent, from `send_at` on; by itself 24 hours, in lane `otp` 10 minutes. */
  validity_minutes?: number | null;
  /** When to send it, ISO 8601 with a zone, at most 20 days ahead; a time in the past is now. */
  send_at?: string | null;
  /** Your own name for it, in visible characters: logs and timeline show it. */
  client_reference?: string | null;
  /** A promotional message is refused, or skipped in a bulk, where the recipient opted out; transactional is the default. */
  category?: Category | null;
  /** A Zambian mobile number in any written form, or a JSON number. */
  to: string | number;
  /** At most 1,600 characters and 11 segments; not blank. */
  message: string;
  /** At most 11 of A-Z, a-z, 0-9 and space, with a letter. */
  sender_id?: string | null;
}

/** The alphabet that a message needs (3GPP 23.038). */
export type Encoding = "GSM-7" | "UCS-2";

/** A mobile network of Zambia that a SIM of ours can belong to. */
export type Network = "airtel" | "mtn" | "zamtel";

/** A message that was accepted and charged. */
export interface QueuedMessage {
  status: "queued";
  /** MSG-, the second of acceptance, the number in base 36. */
  message_id: string;
  recipient: string;
  /** SMS credits; one pays for one segment. */
  credits_used: number;
  /** SMS credits; one pays for one segment. */
  credits_remaining: number;
  segments: number;
  encoding: Encoding;
  network: Network;
  /** Always true where it stands: the key is for tests, and nothing of it is real. */
  test?: boolean;
}

/** Accepted, charged and queued while the network's SIMs are offline: do not send it again. */
export interface GatewayUnavailable {
  status: "error";
  code: "GATEWAY_UNAVAILABLE";
  message: string;
  queued: true;
  /** The same as X-Request-Id: name it when you ask for help. */
  request_id: string;
  /** MSG-, the second of acceptance, the number in base 36. */
  message_id: string;
  recipient: string;
  /** SMS credits; one pays for one segment. */
  credits_used: number;
  /** SMS credits; one pays for one segment. */
  credits_remaining: number;
  /** Always true where it stands: the key is for tests, and nothing of it is real. */
  test?: boolean;
}

/** One text for many, with the key beside it. */
export interface BulkRequestWithKey {
  /** How urgent it is; a bulk is `bulk` by itself, a single send `normal`. */
  lane?: Lane | null;
  /** How long it may wait to be sent, from `send_at` on; by itself 24 hours, in lane `otp` 10 minutes. */
  validity_minutes?: number | null;
  /** When to send it, ISO 8601 with a zone, at most 20 days ahead; a time in the past is now. */
  send_at?: string | null;
  /** Your own name for it, in visible characters: logs and timeline show it. */
  client_reference?: string | null;
  /** A promotional message is refused, or skipped in a bulk, where the recipient opted out; transactional is the default. */
  category?: Category | null;
  recipients: readonly (string | number)[];
  /** At most 1,600 characters and 11 segments; not blank. */
  message: string;
  /** At most 11 of A-Z, a-z, 0-9 and space, with a letter. */
  sender_id?: string | null;
}

/** One message of a personalised bulk. */
export interface PersonalMessage {
  /** A Zambian mobile number in any written form, or a JSON number. */
  to: string | number;
  /** At most 1,600 characters and 11 segments; not blank. */
  message: string;
  /** Your own name for it, in visible characters: logs and timeline show it. */
  client_reference?: string | null;
}

/** A text of its own for each of many, with the key beside it. */
export interface PersonalBulkRequestWithKey {
  /** How urgent it is; a bulk is `bulk` by itself, a single send `normal`. */
  lane?: Lane | null;
  /** How long it may wait to be sent, from `send_at` on; by itself 24 hours, in lane `otp` 10 minutes. */
  validity_minutes?: number | null;
  /** When to send it, ISO 8601 with a zone, at most 20 days ahead; a time in the past is now. */
  send_at?: string | null;
  /** Your own name for it, in visible characters: logs and timeline show it. */
  client_reference?: string | null;
  /** A promotional message is refused, or skipped in a bulk, where the recipient opted out; transactional is the default. */
  category?: Category | null;
  messages: readonly PersonalMessage[];
  /** At most 11 of A-Z, a-z, 0-9 and space, with a letter. */
  sender_id?: string | null;
}

/** One accepted recipient of a bulk; `index` and `to` as in the request. */
export interface BulkMessage {
  index: number;
  to: unknown;
  /** MSG-, the second of acceptance, the number in base 36. */
  message_id: string;
  recipient: string;
  /** SMS credits; one pays for one segment. */
  credits_used: number;
}

/** One entry of a bulk that is not a usable number, or opted out; it cost nothing. */
export interface RejectedRecipient {
  index: number;
  to: unknown;
  code: "INVALID_RECIPIENT" | "RECIPIENT_OPTED_OUT";
  message: string;
}

/** A bulk that was accepted and charged; `queued` counts its messages. */
export interface QueuedBulk {
  status: "queued";
  batch_id: string;
  queued: number;
  /** SMS credits; one pays for one segment. */
  credits_used: number;
  /** SMS credits; one pays for one segment. */
  credits_remaining: number;
  messages: BulkMessage[];
  rejected: RejectedRecipient[];
  duplicates: number;
  offline: Network[];
  /** Always true where it stands: the key is for tests, and nothing of it is real. */
  test?: boolean;
}

/** A whole bulk accepted while none of its networks is online: do not send it again. */
export interface GatewayUnavailableForBulk {
  status: "error";
  code: "GATEWAY_UNAVAILABLE";
  message: string;
  queued: true;
  /** The same as X-Request-Id: name it when you ask for help. */
  request_id: string;
  batch_id: string;
  /** SMS credits; one pays for one segment. */
  credits_used: number;
  /** SMS credits; one pays for one segment. */
  credits_remaining: number;
  messages: BulkMessage[];
  rejected: RejectedRecipient[];
  duplicates: number;
  offline: Network[];
  /** Always true where it stands: the key is for tests, and nothing of it is real. */
  test?: boolean;
}

/** What is available now. */
export interface CreditBalance {
  status: "ok";
  /** SMS credits; one pays for one segment. */
  balance: number;
  currency: "SMS_CREDITS";
  /** Always true where it stands: the key is for tests, and nothing of it is real. */
  test?: boolean;
}

/** What `logs` may be asked. */
export interface LogsQuery {
  /** Page number; below 1 or unreadable is 1. */
  page?: number;
  /** Messages a page; beyond its bounds it is the nearest of them. */
  limit?: number;
  /** SENT, FAILED or QUEUED, in any case. */
  status?: string;
  /** Only messages older than the one with this id. */
  before?: string;
}

/** Why a message was not sent. */
export interface Failure {
  code: string;
  message: string;
}

/** One message; recipient, message and reference are null once they were erased. */
export interface WilcybertekLogEntry {
  /** MSG-, the second of acceptance, the number in base 36. */
  message_id: string;
  recipient: string | null;
  message: string | null;
  sender_id: string | null;
  sender_used: string | null;
  client_reference: string | null;
  network: Network;
  status: "FAILED" | "QUEUED" | "SENT";
  delivery: "delivered" | "undelivered" | null;
  /** SMS credits; one pays for one segment. */
  credits_used: number;
  /** SMS credits; one pays for one segment. */
  credits_refunded: number;
  segments: number;
  /** UTC, ISO 8601 with six decimals. */
  queued_at: string;
  /** UTC, ISO 8601 with six decimals. */
  sent_at: string | null;
  /** UTC, ISO 8601 with six decimals. */
  delivered_at: string | null;
  failure: Failure | null;
}

/** A page of the log, newest first. */
export interface WilcybertekLog {
  status: "ok";
  page: number;
  limit: number;
  total: number;
  pages: number;
  logs: WilcybertekLogEntry[];
  /** Always true where it stands: the key is for tests, and nothing of it is real. */
  test?: boolean;
}

/** One message. */
export interface SendRequest {
  /** How urgent it is; a bulk is `bulk` by itself, a single send `normal`. */
  lane?: Lane | null;
  /** How long it may wait to be sent, from `send_at` on; by itself 24 hours, in lane `otp` 10 minutes. */
  validity_minutes?: number | null;
  /** When to send it, ISO 8601 with a zone, at most 20 days ahead; a time in the past is now. */
  send_at?: string | null;
  /** Your own name for it, in visible characters: logs and timeline show it. */
  client_reference?: string | null;
  /** A promotional message is refused, or skipped in a bulk, where the recipient opted out; transactional is the default. */
  category?: Category | null;
  /** A Zambian mobile number in any written form, or a JSON number. */
  to: string | number;
  /** At most 1,600 characters and 11 segments; not blank. */
  message: string;
  /** At most 11 of A-Z, a-z, 0-9 and space, with a letter. */
  sender_id?: string | null;
}

/** A message that was accepted and charged. */
export interface SentMessage {
  status: "success";
  /** msg_ and the number. */
  message_id: string;
  /** Always true where it stands: the key is for tests, and nothing of it is real. */
  test?: boolean;
}

/** One text for many. */
export interface BulkRequest {
  /** How urgent it is; a bulk is `bulk` by itself, a single send `normal`. */
  lane?: Lane | null;
  /** How long it may wait to be sent, from `send_at` on; by itself 24 hours, in lane `otp` 10 minutes. */
  validity_minutes?: number | null;
  /** When to send it, ISO 8601 with a zone, at most 20 days ahead; a time in the past is now. */
  send_at?: string | null;
  /** Your own name for it, in visible characters: logs and timeline show it. */
  client_reference?: string | null;
  /** A promotional message is refused, or skipped in a bulk, where the recipient opted out; transactional is the default. */
  category?: Category | null;
  to: readonly (string | number)[];
  /** At most 1,600 characters and 11 segments; not blank. */
  message: string;
  /** At most 11 of A-Z, a-z, 0-9 and space, with a letter. */
  sender_id?: string | null;
}

/** A text of its own for each of many. */
export interface PersonalBulkRequest {
  /** How urgent it is; a bulk is `bulk` by itself, a single send `normal`. */
  lane?: Lane | null;
  /** How long it may wait to be sent, from `send_at` on; by itself 24 hours, in lane `otp` 10 minutes. */
  validity_minutes?: number | null;
  /** When to send it, ISO 8601 with a zone, at most 20 days ahead; a time in the past is now. */
  send_at?: string | null;
  /** Your own name for it, in visible characters: logs and timeline show it. */
  client_reference?: string | null;
  /** A promotional message is refused, or skipped in a bulk, where the recipient opted out; transactional is the default. */
  category?: Category | null;
  messages: readonly PersonalMessage[];
  /** At most 11 of A-Z, a-z, 0-9 and space, with a letter. */
  sender_id?: string | null;
}

/** One entry of a bulk that got nothing, and cost nothing, because it opted out. */
export interface SkippedRecipient {
  index: number;
  code: "RECIPIENT_OPTED_OUT";
}

/** A bulk that was accepted and charged; one id for each entry of `to`, in its order. Of a promotional one, `skipped` lists who opted out; their ids are null. */
export interface SentBulk {
  status: "success";
  batch_id: string;
  queued: number;
  log_ids: (number | null)[];
  duplicates: number;
  skipped?: SkippedRecipient[];
  /** Always true where it stands: the key is for tests, and nothing of it is real. */
  test?: boolean;
}

/** Where a message stands; the published document spells the time `Sent_at`. */
export interface DeliveryStatus {
  /** msg_ and the number. */
  message_id: string;
  delivery_status: "failed" | "pending" | "sent";
  /** UTC, ISO 8601 with six decimals. */
  Sent_at: string | null;
  /** UTC, ISO 8601 with six decimals. */
  sent_at: string | null;
  /** While it is queued, when it is likely to leave, from what is ahead of it and the pace of the network's SIMs; null where that is not known. */
  estimated_send_at: string | null;
  client_reference: string | null;
}

/** The answer to a status request. */
export interface MessageStatus {
  status: "success";
  data: DeliveryStatus;
  /** Always true where it stands: the key is for tests, and nothing of it is real. */
  test?: boolean;
}

/** What `feltech_logs` may be asked. */
export interface FeltechLogsQuery {
  /** Part of a recipient in any written form, or of a text. */
  search?: string;
  /** Pending, Sent or Failed, in any case. */
  status?: string;
  /** Page number; below 1 or unreadable is 1. */
  page?: number;
  /** Only messages older than the one with this id. */
  before?: string;
  /** Which log: a key reads that of its own mode, a session either. */
  mode?: "live" | "test";
}

/** One message; recipient, message and reference are null once they were erased. */
export interface FeltechLogEntry {
  id: number;
  recipient: string | null;
  message: string | null;
  sender_id: string | null;
  sender_used: string | null;
  client_reference: string | null;
  status: "Failed" | "Pending" | "Sent";
  delivery: "delivered" | "undelivered" | null;
  /** SMS credits; one pays for one segment. */
  cost: number;
  /** SMS credits; one pays for one segment. */
  credits_refunded: number;
  /** UTC, ISO 8601 with six decimals. */
  sent_at: string | null;
  /** UTC, ISO 8601 with six decimals. */
  created_at: string;
}

/** A page of the log, newest first; `from` and `to` are null on an empty page. */
export interface FeltechLogPage {
  current_page: number;
  data: FeltechLogEntry[];
  per_page: number;
  total: number;
  last_page: number;
  from: number | null;
  to: number | null;
}

/** The answer to a log request. */
export interface FeltechLog {
  data: FeltechLogPage;
  /** Always true where it stands: the key is for tests, and nothing of it is real. */
  test?: boolean;
}

/** A sender ID that the account asks for. */
export interface NewSenderId {
  /** At most 11 of A-Z, a-z, 0-9 and space, with a letter. */
  name: string;
  use_case: string;
}

/** A sender ID and where its request stands. */
export interface SenderIdRequest {
  id: number;
  user_id: number;
  name: string | null;
  use_case: string | null;
  status: "Approved" | "Pending" | "Rejected";
  /** UTC, ISO 8601 with six decimals. */
  created_at: string;
  /** Always true where it stands: the key is for tests, and nothing of it is real. */
  test?: boolean;
}

/** All sender IDs of the account, oldest first. */
export interface SenderIdRequests {
  data: SenderIdRequest[];
  /** Always true where it stands: the key is for tests, and nothing of it is real. */
  test?: boolean;
}

/** A text, and for whom it is, if that should be looked at too. */
export interface PreviewRequest {
  /** At most 1,600 characters and 11 segments; not blank. */
  message: string;
  /** A Zambian mobile number in any written form, or a JSON number. */
  to?: string | number | null;
}

/** What a send would do; `accepted` is false for a text that is too long. */
export interface Preview {
  status: "success";
  accepted: boolean;
  encoding: Encoding;
  segments: number;
  units: number;
  remaining_in_segment: number;
  parts: string[];
  non_gsm_characters: string[];
  recipient: string | null;
  network: Network | null;
  /** SMS credits; one pays for one segment. */
  credits: number;
  /** Always true where it stands: the key is for tests, and nothing of it is real. */
  test?: boolean;
}

/** The wallet at one position of the log; `as_of` is the time up to which it is right. */
export interface FullBalance {
  status: "success";
  /** SMS credits; one pays for one segment. */
  available: number;
  /** SMS credits; one pays for one segment. */
  reserved: number;
  /** SMS credits; one pays for one segment. */
  spent: number;
  /** SMS credits; one pays for one segment. */
  refunded: number;
  position: number;
  /** UTC, ISO 8601 with six decimals. */
  as_of: string;
  /** Always true where it stands: the key is for tests, and nothing of it is real. */
  test?: boolean;
}

/** What `statement` may be asked. */
export interface StatementQuery {
  /** From this day in Lusaka, or this time with its zone, on. */
  from?: string;
  /** Up to the end of this day, or up to this time. */
  to?: string;
  /** Only after this position. */
  after?: number;
  /** How many movements; 50 unless given, 10000 as CSV. */
  limit?: number;
}

/** One movement of a wallet: signed credits, what it was for, and who moved it by hand and why. `number` is that of the first of `count` messages; `entry` and `approver` are there when it took two people. */
export interface StatementLine {
  position: number;
  /** UTC, ISO 8601 with six decimals. */
  at: string;
  kind: string;
  credits: number;
  available: number;
  number: number | null;
  count: number | null;
  batch: number | null;
  cause: string | null;
  actor: string | null;
  reason: string | null;
  approver: string | null;
  entry: number | null;
}

/** Movements of a wallet, oldest first; the opening balance and all of them make the closing. `next` asks for the next page as `after`; it is null on the last. */
export interface Statement {
  account_id: number;
  /** UTC, ISO 8601 with six decimals. */
  from: string | null;
  /** UTC, ISO 8601 with six decimals. */
  to: string | null;
  opening: number;
  closing: number;
  lines: StatementLine[];
  next: number | null;
}

/** A page of a statement. */
export interface StatementAnswer {
  status: "success";
  data: Statement;
  /** Always true where it stands: the key is for tests, and nothing of it is real. */
  test?: boolean;
}

/** What the message cost, by which tariff, and where the credits are now. */
export interface TimelineCharge {
  /** SMS credits; one pays for one segment. */
  credits: number;
  segments: number;
  encoding: Encoding;
  tariff: string;
  state: "reserved" | "spent" | "refunded";
  description: string;
}

/** Which network carries the message, and which numbering plan chose it. */
export interface TimelineRoute {
  network: Network;
  plan: string;
  description: string;
}

/** One event of a message, in plain words; who did it and why, where a person did. */
export interface TimelineStep {
  /** UTC, ISO 8601 with six decimals. */
  at: string;
  event: string;
  description: string;
  actor: string | null;
  reason: string | null;
}

/** One line of what an event posted: debit is plus; credits (SMSCR), or ngwee (ZMW). */
export interface LedgerPosting {
  account: string;
  unit: "SMSCR" | "ZMW";
  amount: number;
}

/** One event of a message or of its credits, at its position in the log. `sealed` says whether the newest seal covers it. */
export interface LedgerEvent {
  position: number;
  /** UTC, ISO 8601 with six decimals. */
  at: string;
  event: string;
  postings: LedgerPosting[];
  sealed: boolean;
}

/** Everything that happened to a message, with its charge, route and evidence. */
export interface Timeline {
  /** msg_ and the number. */
  message_id: string;
  /** MSG-, the second of acceptance, the number in base 36. */
  reference: string;
  delivery_status: "failed" | "pending" | "sent";
  state: string;
  recipient: string | null;
  sender_id: string | null;
  client_reference: string | null;
  /** The request that it came by, as the gateway's log has it. */
  request_id: string | null;
  lane: Lane;
  category: Category;
  /** UTC, ISO 8601 with six decimals. */
  send_at: string | null;
  /** The end of the account's quiet hours, while it waits for that. */
  held_until: string | null;
  /** While it is queued, when it is likely to leave, from what is ahead of it and the pace of the network's SIMs; null where that is not known. */
  estimated_send_at: string | null;
  /** UTC, ISO 8601 with six decimals. */
  expires_at: string;
  summary: string;
  charge: TimelineCharge;
  route: TimelineRoute;
  evidence: string[];
  timeline: TimelineStep[];
  ledger: LedgerEvent[];
}

/** The answer to a request for a message's timeline. */
export interface MessageTimeline {
  status: "success";
  data: Timeline;
  /** Always true where it stands: the key is for tests, and nothing of it is real. */
  test?: boolean;
}

/** A message that was taken back, and what came back with it. */
export interface Cancelled {
  /** msg_ and the number. */
  message_id: string;
  delivery_status: "failed" | "pending" | "sent";
  state: string;
  /** SMS credits; one pays for one segment. */
  credits_refunded: number;
}

/** The answer to taking a message back. */
export interface CancelledMessage {
  status: "success";
  data: Cancelled;
  /** Always true where it stands: the key is for tests, and nothing of it is real. */
  test?: boolean;
}

/** How the messages of a bulk stand: queued, sent, failed and cancelled make the accepted. `delivered` counts those of the sent that the network reported as delivered. */
export interface Batch {
  batch_id: string;
  accepted: number;
  queued: number;
  sent: number;
  delivered: number;
  failed: number;
  cancelled: number;
  /** SMS credits; one pays for one segment. */
  credits_used: number;
  /** SMS credits; one pays for one segment. */
  credits_refunded: number;
}

/** The answer to a question about a bulk. */
export interface BatchAnswer {
  status: "success";
  data: Batch;
  /** Always true where it stands: the key is for tests, and nothing of it is real. */
  test?: boolean;
}

/** How many messages were taken back now, and how the bulk stands then. */
export interface BatchCancelled {
  status: "success";
  cancelled_now: number;
  data: Batch;
  /** Always true where it stands: the key is for tests, and nothing of it is real. */
  test?: boolean;
}

/** What `uploads` may be asked. */
export interface UploadsQuery {
  /** Only lists older than the one with this id. */
  before?: string;
  /** Lists a page. */
  limit?: number;
}

/** Why a list waits. */
export interface UploadPause {
  /** PAUSED where somebody wanted it. */
  code: string;
  message: string;
}

/** A list, and how far it is. */
export interface Upload {
  upload_id: string;
  state: "cancelled" | "done" | "paused" | "preview" | "sending";
  rows: number;
  good: number;
  bad: number;
  /** Of all good rows. */
  segments: number;
  /** What all good rows cost. */
  credits: number;
  /** Rows that were accepted. */
  queued: number;
  /** Rows to which nothing was sent: the recipient opted out. */
  skipped: number;
  credits_used: number;
  paused: UploadPause | null;
  /** UTC, ISO 8601 with six decimals. */
  created_at: string;
}

/** Lists, newest first. */
export interface Uploads {
  status: "success";
  data: Upload[];
  /** Always true where it stands: the key is for tests, and nothing of it is real. */
  test?: boolean;
}

/** A row that cannot be sent. */
export interface BadRow {
  /** In the file, counted from 1. */
  row: number;
  recipient: string;
  reason: string;
}

/** A list with what was asked for; that is null once it was erased. */
export interface UploadDetails {
  upload_id: string;
  state: "cancelled" | "done" | "paused" | "preview" | "sending";
  rows: number;
  good: number;
  bad: number;
  /** Of all good rows. */
  segments: number;
  /** What all good rows cost. */
  credits: number;
  /** Rows that were accepted. */
  queued: number;
  /** Rows to which nothing was sent: the recipient opted out. */
  skipped: number;
  credits_used: number;
  paused: UploadPause | null;
  /** UTC, ISO 8601 with six decimals. */
  created_at: string;
  template: string | null;
  column: string | null;
  sender_id: string | null;
  lane: string | null;
  category: string | null;
  /** UTC, ISO 8601 with six decimals. */
  send_at: string | null;
  /** What was mended, and what to know of the file. */
  notes: string[];
  /** The first of them; all are in bad.csv. */
  bad_rows: BadRow[];
}

/** One list. */
export interface UploadAnswer {
  status: "success";
  data: UploadDetails;
  /** Always true where it stands: the key is for tests, and nothing of it is real. */
  test?: boolean;
}

/** What `upload_rows` may be asked. */
export interface UploadRowsQuery {
  /** Good rows to leave out. */
  after?: number;
  /** Rows a page. */
  limit?: number;
}

/** A row as it will be sent. */
export interface UploadRow {
  /** In the file, counted from 1. */
  row: number;
  recipient: string;
  network: string | null;
  message: string;
  encoding: "GSM-7" | "UCS-2";
  segments: number;
  credits: number;
}

/** Good rows in the order of the file; `next` is for `after`, null at the end. */
export interface UploadRows {
  status: "success";
  data: UploadRow[];
  next: number | null;
  /** Always true where it stands: the key is for tests, and nothing of it is real. */
  test?: boolean;
}

/** What a member of staff is. */
export type Role = "admin" | "auditor" | "finance_preparer" | "finance_reviewer";

/** Requests a minute of this account; null follows the gateway's settings, 0 is no limit. */
export interface OwnLimits {
  single: number | null;
  bulk: number | null;
  read: number | null;
}

/** Hours of the day in Lusaka, over midnight where `from` is later than `to`. */
export interface QuietHours {
  /** Of the day in Lusaka (UTC+2). */
  from: string;
  /** Of the day in Lusaka (UTC+2). */
  to: string;
}

/** The account itself; name and e-mail are null once they were erased. */
export interface OwnAccount {
  id: number;
  name: string | null;
  email: string | null;
  roles: Role[];
  /** What messages that name no sender go under. */
  default_sender: string;
  /** The approved sender ID that was chosen for it. */
  default_sender_id: string | null;
  limits: OwnLimits;
  /** Credits that may be spent in a day; null is no limit. */
  daily_credits: number | null;
  /** Fewer credits left are told as `balance.low`; null is never, as is 0. */
  low_balance_credits: number | null;
  /** When promotional messages wait; null is never. */
  quiet_hours: QuietHours | null;
  /** Whether the others wait too, except in lane `otp`. */
  quiet_all: boolean;
  suspended: boolean;
}

/** The answer to a request for the account. */
export interface AccountShown {
  status: "success";
  data: OwnAccount;
  /** Always true where it stands: the key is for tests, and nothing of it is real. */
  test?: boolean;
}

/** What is to change of the account; what is not given stays, and something has to be. */
export interface AccountChange {
  /** Sender of messages that name none; null is the account's own name. */
  default_sender_id?: string | null;
  /** Fewer credits left are told as `balance.low`; null is never, as is 0. */
  low_balance_credits?: number | null;
  /** When promotional messages wait from now on; null is never. */
  quiet_hours?: QuietHours | null;
  /** Whether others wait too, except in lane `otp`. */
  quiet_all?: boolean;
}

/** What a key is for. */
export type Mode = "live" | "test";

/** What a key with scopes may do; a key without any may do all that a key can. */
export type Scope = "read" | "send";

/** An API key, without anything secret. */
export interface ApiKeyRow {
  /** The beginning of the key. */
  id: string;
  name: string;
  mode: Mode;
  /** Empty is all that a key can do. */
  scopes: Scope[];
  /** Addresses and networks; empty is anywhere. */
  sources: string[];
  /** UTC, ISO 8601 with six decimals. */
  created_at: string;
  /** To the hour. */
  last_used_at: string | null;
}

/** The account's working keys, oldest first. */
export interface ApiKeys {
  status: "success";
  data: ApiKeyRow[];
  /** Always true where it stands: the key is for tests, and nothing of it is real. */
  test?: boolean;
}

/** A key that the account wants. */
export interface KeyRequest {
  name: string;
  /** Of send and read; empty is all. */
  scopes?: readonly string[];
  /** IP addresses and networks; empty is anywhere. */
  sources?: readonly string[];
  /** `test`: nothing is sent, nothing is charged. */
  mode?: Mode;
}

/** A key that was just made. */
export interface NewApiKey {
  status: "success";
  key: ApiKeyRow;
  /** The key, shown this one time. */
  api_key: string;
  /** Always true where it stands: the key is for tests, and nothing of it is real. */
  test?: boolean;
}

/** It was done, and what that means. */
export interface Done {
  status: "success";
  message: string;
  /** Always true where it stands: the key is for tests, and nothing of it is real. */
  test?: boolean;
}

/** What `inbox` may be asked. */
export interface InboxQuery {
  /** Only messages older than the one with this id. */
  before?: string;
  /** Rows a page. */
  limit?: number;
}

/** A message that somebody sent to a SIM, in answer to one of the account's. */
export interface InboundMessage {
  id: string;
  /** A number or a name; null once that was erased. */
  sender: string | null;
  /** The SIM's own number, where it is known. */
  recipient: string | null;
  /** … stands for parts that did not come. null: erased, or no text. */
  message: string | null;
  /** Whether it is what was written, as far as is known. */
  exact: boolean;
  parts: number;
  /** How many of its parts did not come. */
  missing: number;
  /** What it asks for: no more promotional messages, or them again. */
  keyword: "start" | "stop" | null;
  /** UTC, ISO 8601 with six decimals. */
  received_at: string;
}

/** Messages that came in, newest first. */
export interface InboundMessages {
  status: "success";
  data: InboundMessage[];
  /** Always true where it stands: the key is for tests, and nothing of it is real. */
  test?: boolean;
}

/** What `suppressions` may be asked. */
export interface SuppressionsQuery {
  /** Only those older than the one with this id. */
  before?: number;
  /** Rows a page. */
  limit?: number;
}

/** A number that gets no promotional messages. */
export interface SuppressedNumber {
  /** For `before`. */
  id: number;
  /** null once the number was erased. */
  recipient: string | null;
  /** Whose messages: this account's, or anybody's. */
  scope: "account" | "all";
  /** Who asked: the recipient said STOP. */
  by: "recipient" | "staff";
  /** UTC, ISO 8601 with six decimals. */
  since: string;
}

/** Numbers that get no promotional messages, newest first. */
export interface SuppressedNumbers {
  status: "success";
  data: SuppressedNumber[];
  /** Always true where it stands: the key is for tests, and nothing of it is real. */
  test?: boolean;
}

/** What `threads` may be asked. */
export interface ThreadsQuery {
  /** Where to go on: the next of an answer. */
  before?: string;
  /** Rows a page. */
  limit?: number;
}

/** One message of a conversation: `out` was sent by the account, `in` came in for it. Of what came in, all that is said of sending is null. */
export interface ThreadMessage {
  id: string;
  direction: "in" | "out";
  /** null once it was erased, or where no text. */
  message: string | null;
  status: "Failed" | "Pending" | "Sent" | null;
  delivery: "delivered" | "undelivered" | null;
  sender_id: string | null;
  /** SMS credits; one pays for one segment. */
  cost: number | null;
  /** SMS credits; one pays for one segment. */
  credits_refunded: number | null;
  /** UTC, ISO 8601 with six decimals. */
  sent_at: string | null;
  /** What one that came in asks for: no more promotional messages, or them. */
  keyword: "start" | "stop" | null;
  /** When it was accepted, or came in. */
  created_at: string;
}

/** A conversation, by its newest message. */
export interface ThreadRow {
  number: string;
  last: ThreadMessage;
}

/** An account's conversations, those with the newest message first. */
export interface Threads {
  status: "success";
  data: ThreadRow[];
  /** Where it goes on: give it as `before`. null at the end. */
  next: string | null;
  /** Always true where it stands: the key is for tests, and nothing of it is real. */
  test?: boolean;
}

/** What `thread` may be asked. */
export interface ThreadQuery {
  /** Where to go on: the next of an answer. */
  before?: string;
  /** Rows a page. */
  limit?: number;
}

/** What an account and one number said to each other, newest first. */
export interface ThreadShown {
  status: "success";
  number: string;
  data: ThreadMessage[];
  /** Where it goes on: give it as `before`. null at the end. */
  next: string | null;
  /** Always true where it stands: the key is for tests, and nothing of it is real. */
  test?: boolean;
}

/** The last message that the rule left without an answer. */
export interface KeywordUnanswered {
  /** What a send was refused for. */
  code: string;
  /** UTC, ISO 8601 with six decimals. */
  at: string;
}

/** A keyword rule: what is answered to messages that begin with its word. */
export interface Keyword {
  /** One word of at most 20 letters and digits; its case does not count. */
  word: string;
  answer: string;
  /** null: the account's default. */
  sender_id: string | null;
  /** The last message that got no answer because a send was refused; null where none was. The same person is answered once in 60 minutes. */
  unanswered: KeywordUnanswered | null;
}

/** The account's keyword rules, by their words. */
export interface Keywords {
  status: "success";
  data: Keyword[];
  /** Always true where it stands: the key is for tests, and nothing of it is real. */
  test?: boolean;
}

/** What is answered to messages that begin with the word. */
export interface KeywordRequest {
  /** At most 1,600 characters and 11 segments; not blank. */
  answer: string;
  /** At most 11 of A-Z, a-z, 0-9 and space, with a letter. */
  sender_id?: string | null;
}

/** A keyword rule. */
export interface KeywordShown {
  status: "success";
  data: Keyword;
  /** Always true where it stands: the key is for tests, and nothing of it is real. */
  test?: boolean;
}

/** What `events` may be asked. */
export interface EventsQuery {
  /** Only events after this sequence. */
  after?: number;
  /** Events a page. */
  limit?: number;
  /** Seconds for which an empty answer waits for the next event. */
  wait?: number;
}

/** A message that a network took. */
export interface MessageSentTold {
  /** msg_ and the number. */
  message_id: string;
  /** null once the number was erased. */
  recipient: string | null;
  /** The client's own name for it, where it gave one. */
  client_reference: string | null;
  network: string;
  /** SMS credits; one pays for one segment. */
  credits: number;
}

/** A network took a message: its credits are spent. */
export interface MessageSentEvent {
  type: "message.sent";
  /** The same whenever and wherever the event is told: know it again by this. */
  id: string;
  /** From 1, without a gap in each account: ask for what comes after it. */
  sequence: number;
  /** UTC, ISO 8601 with six decimals. */
  created_at: string;
  data: MessageSentTold;
  /** True where it is about a test message; else it is not there. */
  test?: boolean;
}

/** A message of which there is news. */
export interface MessageTold {
  /** msg_ and the number. */
  message_id: string;
  /** null once the number was erased. */
  recipient: string | null;
  /** The client's own name for it, where it gave one. */
  client_reference: string | null;
}

/** The handset has a message. */
export interface MessageDeliveredEvent {
  type: "message.delivered";
  /** The same whenever and wherever the event is told: know it again by this. */
  id: string;
  /** From 1, without a gap in each account: ask for what comes after it. */
  sequence: number;
  /** UTC, ISO 8601 with six decimals. */
  created_at: string;
  data: MessageTold;
  /** True where it is about a test message; else it is not there. */
  test?: boolean;
}

/** The network gave up on a message after it was sent. */
export interface MessageUndeliveredEvent {
  type: "message.undelivered";
  /** The same whenever and wherever the event is told: know it again by this. */
  id: string;
  /** From 1, without a gap in each account: ask for what comes after it. */
  sequence: number;
  /** UTC, ISO 8601 with six decimals. */
  created_at: string;
  data: MessageTold;
  /** True where it is about a test message; else it is not there. */
  test?: boolean;
}

/** Why a message was not sent. */
export interface MessageFailure {
  code: string;
  message: string;
}

/** A message that will not be sent; its credits came back. */
export interface MessageFailedTold {
  /** msg_ and the number. */
  message_id: string;
  /** null once the number was erased. */
  recipient: string | null;
  /** The client's own name for it, where it gave one. */
  client_reference: string | null;
  network: string;
  /** SMS credits; one pays for one segment. */
  credits_refunded: number;
  failure: MessageFailure;
}

/** A message failed, expired or was cancelled. */
export interface MessageFailedEvent {
  type: "message.failed";
  /** The same whenever and wherever the event is told: know it again by this. */
  id: string;
  /** From 1, without a gap in each account: ask for what comes after it. */
  sequence: number;
  /** UTC, ISO 8601 with six decimals. */
  created_at: string;
  data: MessageFailedTold;
  /** True where it is about a test message; else it is not there. */
  test?: boolean;
}

/** A message that came in, as it was when it was put together. */
export interface InboundTold {
  id: string;
  /** null once that was erased. */
  sender: string | null;
  /** The SIM's own number, where it is known. */
  recipient: string | null;
  /** … stands for parts that did not come; null once erased. */
  message: string | null;
  parts: number;
  missing: number;
  keyword: "start" | "stop" | null;
  /** UTC, ISO 8601 with six decimals. */
  received_at: string;
}

/** Somebody answered. */
export interface MessageInboundEvent {
  type: "message.inbound";
  /** The same whenever and wherever the event is told: know it again by this. */
  id: string;
  /** From 1, without a gap in each account: ask for what comes after it. */
  sequence: number;
  /** UTC, ISO 8601 with six decimals. */
  created_at: string;
  data: InboundTold;
}

/** How many credits are left. */
export interface BalanceTold {
  /** SMS credits; one pays for one segment. */
  available: number;
}

/** The balance fell below what the account asked to be told of. */
export interface BalanceLowEvent {
  type: "balance.low";
  /** The same whenever and wherever the event is told: know it again by this. */
  id: string;
  /** From 1, without a gap in each account: ask for what comes after it. */
  sequence: number;
  /** UTC, ISO 8601 with six decimals. */
  created_at: string;
  data: BalanceTold;
}

/** A sender ID that was decided. */
export interface SenderIdTold {
  id: number;
  /** null once that was erased. */
  name: string | null;
}

/** A sender ID may be used. */
export interface SenderIdApprovedEvent {
  type: "sender_id.approved";
  /** The same whenever and wherever the event is told: know it again by this. */
  id: string;
  /** From 1, without a gap in each account: ask for what comes after it. */
  sequence: number;
  /** UTC, ISO 8601 with six decimals. */
  created_at: string;
  data: SenderIdTold;
}

/** A sender ID may not be used. */
export interface SenderIdRejectedEvent {
  type: "sender_id.rejected";
  /** The same whenever and wherever the event is told: know it again by this. */
  id: string;
  /** From 1, without a gap in each account: ask for what comes after it. */
  sequence: number;
  /** UTC, ISO 8601 with six decimals. */
  created_at: string;
  data: SenderIdTold;
}

/** A top-up that was paid. */
export interface TopUpTold {
  topup_id: string;
  amount_ngwee: number;
  /** SMS credits; one pays for one segment. */
  credits: number;
  price_list: string;
}

/** A top-up was paid, and its credits are there. */
export interface TopUpConfirmedEvent {
  type: "topup.confirmed";
  /** The same whenever and wherever the event is told: know it again by this. */
  id: string;
  /** From 1, without a gap in each account: ask for what comes after it. */
  sequence: number;
  /** UTC, ISO 8601 with six decimals. */
  created_at: string;
  data: TopUpTold;
}

/** Events of the account, oldest first. */
export interface Events {
  status: "success";
  data: (MessageSentEvent | MessageDeliveredEvent | MessageUndeliveredEvent | MessageFailedEvent | MessageInboundEvent | BalanceLowEvent | SenderIdApprovedEvent | SenderIdRejectedEvent | TopUpConfirmedEvent)[];
  /** For `after`: what comes after these. */
  next: number;
  /** Always true where it stands: the key is for tests, and nothing of it is real. */
  test?: boolean;
}

/** A webhook, and how it goes. */
export interface Webhook {
  url: string;
  /** Empty: all. */
  events: ("balance.low" | "message.delivered" | "message.failed" | "message.inbound" | "message.sent" | "message.undelivered" | "sender_id.approved" | "sender_id.rejected" | "topup.confirmed")[];
  /** paused: every try failed, and it is asked once an hour; nothing is lost. gone: it answered 410, and is told nothing until it is set or replayed. */
  state: "active" | "gone" | "paused";
  /** The sequence up to which it was told. */
  delivered: number;
  /** The newest sequence of the account's events. */
  newest: number;
  /** Of the event that is next. */
  failed_tries: number;
  /** null where no event waits. */
  next_try_at: string | null;
  /** Until when the secret before signs as well. */
  old_secret_until: string | null;
  /** Shown this one time, when the webhook is new, and never again. */
  secret: string | null;
}

/** A webhook. */
export interface WebhookShown {
  status: "success";
  data: Webhook;
  /** Always true where it stands: the key is for tests, and nothing of it is real. */
  test?: boolean;
}

/** Where the account wants to be told, and of what. */
export interface WebhookRequest {
  /** https; it must lead to the public Internet. */
  url: string;
  /** null, empty or left out: all. */
  events: readonly ("balance.low" | "message.delivered" | "message.failed" | "message.inbound" | "message.sent" | "message.undelivered" | "sender_id.approved" | "sender_id.rejected" | "topup.confirmed")[] | null;
}

/** What a test came to. */
export interface Tried {
  /** The same whenever and wherever the event is told: know it again by this. */
  event: string;
  taken: boolean;
  http_status: number | null;
  /** ADDRESS_REFUSED, NOT_CONNECTED, TLS_FAILED, TIMED_OUT, NO_ANSWER. */
  error: string | null;
  /** The beginning of an answer that took nothing. */
  answer: string;
  took_ms: number;
}

/** A webhook was tried. */
export interface WebhookTried {
  status: "success";
  data: Tried;
  /** Always true where it stands: the key is for tests, and nothing of it is real. */
  test?: boolean;
}

/** A secret, shown this one time. */
export interface NewSecret {
  secret: string;
  /** Until then both secrets sign, so that no delivery is refused. */
  old_secret_until: string;
}

/** A webhook has another secret. */
export interface SecretRotated {
  status: "success";
  data: NewSecret;
  /** Always true where it stands: the key is for tests, and nothing of it is real. */
  test?: boolean;
}

/** From where on everything is told once more. */
export interface ReplayRequest {
  /** A sequence; 0: everything. */
  after: number;
}

/** What `attempts` may be asked. */
export interface AttemptsQuery {
  /** Only those with a lower number. */
  before?: number;
  /** Rows a page. */
  limit?: number;
}

/** One attempt to tell. */
export interface Attempt {
  /** For `before`. */
  number: number;
  /** The same whenever and wherever the event is told: know it again by this. */
  event: string;
  sequence: number;
  type: "balance.low" | "message.delivered" | "message.failed" | "message.inbound" | "message.sent" | "message.undelivered" | "sender_id.approved" | "sender_id.rejected" | "topup.confirmed";
  /** UTC, ISO 8601 with six decimals. */
  at: string;
  http_status: number | null;
  error: string | null;
  answer: string;
  took_ms: number;
}

/** The newest attempts, newest first. */
export interface Attempts {
  status: "success";
  data: Attempt[];
  /** Always true where it stands: the key is for tests, and nothing of it is real. */
  test?: boolean;
}

/** So many credits for one amount. */
export interface PackOffered {
  name: string;
  /** SMS credits; one pays for one segment. */
  credits: number;
  /** Hundredths of a kwacha: 5000 is K50.00. */
  amount_ngwee: number;
}

/** What credits cost this account now. */
export interface PricesInForce {
  price_list: string;
  /** Hundredths of a kwacha: 5000 is K50.00. */
  ngwee_per_credit: number;
  /** Contained in every amount. */
  vat_percent: number;
  packs: PackOffered[];
}

/** What credits cost. */
export interface PricesShown {
  status: "success";
  data: PricesInForce;
  /** Always true where it stands: the key is for tests, and nothing of it is real. */
  test?: boolean;
}

/** What is to be paid, by whom; either an amount or a pack. */
export interface TopUpRequest {
  /** A Zambian mobile number in any written form, or a JSON number. */
  msisdn: string | number;
  amount_ngwee?: number;
  pack?: string;
  /** Whose wallet; without it, the number tells. */
  network?: Network;
}

/** Why a top-up brought nothing (yet). */
export interface TopUpFailure {
  code: string;
  message: string;
}

/** A top-up and where it stands. */
export interface TopUp {
  topup_id: string;
  state: "confirmed" | "expired" | "failed" | "held" | "pending" | "refunded" | "requested" | "reversed" | "unknown";
  /** Hundredths of a kwacha: 5000 is K50.00. */
  amount_ngwee: number;
  /** What it brought; until it is paid, as quoted. */
  credits: number;
  price_list: string;
  /** Who pays; null once that was erased. */
  msisdn: string | null;
  network: Network;
  provider: string;
  /** The provider's id, as the payer's message shows it. */
  receipt: string | null;
  /** UTC, ISO 8601 with six decimals. */
  created_at: string;
  /** UTC, ISO 8601 with six decimals. */
  confirmed_at: string | null;
  failure: TopUpFailure | null;
}

/** One top-up. */
export interface TopUpShown {
  status: "success";
  data: TopUp;
  /** Always true where it stands: the key is for tests, and nothing of it is real. */
  test?: boolean;
}

/** What `top_ups` may be asked. */
export interface TopUpsQuery {
  /** Only those that stand so. */
  state?: "requested" | "pending" | "unknown" | "confirmed" | "failed" | "expired" | "held" | "refunded" | "reversed";
  /** Only top-ups older than the one with this id. */
  before?: string;
  /** Top-ups a page. */
  limit?: number;
}

/** Top-ups, newest first. */
export interface TopUps {
  status: "success";
  data: TopUp[];
  /** Always true where it stands: the key is for tests, and nothing of it is real. */
  test?: boolean;
}

export type Event =
  | MessageSentEvent
  | MessageDeliveredEvent
  | MessageUndeliveredEvent
  | MessageFailedEvent
  | MessageInboundEvent
  | BalanceLowEvent
  | SenderIdApprovedEvent
  | SenderIdRejectedEvent
  | TopUpConfirmedEvent;

/** Every call, as the gateway's OpenAPI document has it. */
export abstract class Calls {
  protected abstract ask<T>(request: Request): Promise<T>;

  /** Send one message. */
  send(fields: SendRequestWithKey, options: Options = {}): Promise<QueuedMessage | GatewayUnavailable> {
    return this.ask({ method: "POST", path: "/api", body: { ...fields }, key: keyed(options) });
  }

  /** Send one text to at most 500 recipients. */
  sendBulk(fields: BulkRequestWithKey | PersonalBulkRequestWithKey, options: Options = {}): Promise<QueuedBulk | GatewayUnavailableForBulk> {
    return this.ask({ method: "POST", path: "/api/bulk", body: { ...fields }, key: keyed(options) });
  }

  /** Credits that are available now. */
  balance(): Promise<CreditBalance> {
    return this.ask({ method: "GET", path: "/api/balance" });
  }

  /** Messages, newest first. */
  logs(fields: LogsQuery = {}): Promise<WilcybertekLog> {
    return this.ask({ method: "GET", path: "/api/logs", query: { ...fields } });
  }

  /** Send one message. */
  feltechSend(fields: SendRequest, options: Options = {}): Promise<SentMessage> {
    return this.ask({ method: "POST", path: "/api/v1/sms/send", body: { ...fields }, key: keyed(options) });
  }

  /** Send one text to at most 500 recipients. */
  feltechSendBulk(fields: BulkRequest | PersonalBulkRequest, options: Options = {}): Promise<SentBulk> {
    return this.ask({ method: "POST", path: "/api/v1/sms/send-bulk", body: { ...fields }, key: keyed(options) });
  }

  /** Where a message stands. */
  status(messageId: string): Promise<MessageStatus> {
    return this.ask({ method: "GET", path: `/api/v1/sms/status/${encodeURIComponent(messageId)}` });
  }

  /** Messages, newest first, 20 a page. */
  feltechLogs(fields: FeltechLogsQuery = {}): Promise<FeltechLog> {
    return this.ask({ method: "GET", path: "/api/sms/logs", query: { ...fields } });
  }

  /** Ask for a sender ID. */
  requestSenderId(fields: NewSenderId): Promise<SenderIdRequest> {
    return this.ask({ method: "POST", path: "/api/sender-ids", body: { ...fields } });
  }

  /** Sender IDs and where their requests stand. */
  senderIds(): Promise<SenderIdRequests> {
    return this.ask({ method: "GET", path: "/api/sender-ids" });
  }

  /** What a send would do; nothing is stored. */
  preview(fields: PreviewRequest): Promise<Preview> {
    return this.ask({ method: "POST", path: "/api/v1/sms/preview", body: { ...fields } });
  }

  /** Credits available, reserved, spent and refunded at one moment. */
  fullBalance(): Promise<FullBalance> {
    return this.ask({ method: "GET", path: "/api/v1/balance" });
  }

  /** Movements of the wallet, oldest first: what for, by whom and why. */
  statement(fields: StatementQuery = {}): Promise<StatementAnswer> {
    return this.ask({ method: "GET", path: "/api/v1/statement", query: { ...fields } });
  }

  /** A message's timeline, with its charge, route and evidence. */
  timeline(messageId: string): Promise<MessageTimeline> {
    return this.ask({ method: "GET", path: `/api/v1/messages/${encodeURIComponent(messageId)}` });
  }

  /** Take a message back that still waits; its credits come back. */
  cancelMessage(messageId: string): Promise<CancelledMessage> {
    return this.ask({ method: "POST", path: `/api/v1/messages/${encodeURIComponent(messageId)}/cancel` });
  }

  /** How the messages of a bulk stand. */
  batch(batchId: string): Promise<BatchAnswer> {
    return this.ask({ method: "GET", path: `/api/v1/batches/${encodeURIComponent(batchId)}` });
  }

  /** Take back what still waits of a bulk; what has left stays. */
  cancelBatch(batchId: string): Promise<BatchCancelled> {
    return this.ask({ method: "POST", path: `/api/v1/batches/${encodeURIComponent(batchId)}/cancel` });
  }

  /** Uploaded lists, newest first. */
  uploads(fields: UploadsQuery = {}): Promise<Uploads> {
    return this.ask({ method: "GET", path: "/api/v1/uploads", query: { ...fields } });
  }

  /** How far an uploaded list is. */
  oneUpload(uploadId: string): Promise<UploadAnswer> {
    return this.ask({ method: "GET", path: `/api/v1/uploads/${encodeURIComponent(uploadId)}` });
  }

  /** The good rows of a list as they will be sent: text, segments and price. */
  uploadRows(uploadId: string, fields: UploadRowsQuery = {}): Promise<UploadRows> {
    return this.ask({ method: "GET", path: `/api/v1/uploads/${encodeURIComponent(uploadId)}/rows`, query: { ...fields } });
  }

  /** Send a list in the background, or go on. */
  startUpload(uploadId: string): Promise<UploadAnswer> {
    return this.ask({ method: "POST", path: `/api/v1/uploads/${encodeURIComponent(uploadId)}/start` });
  }

  /** Let a list wait. */
  pauseUpload(uploadId: string): Promise<UploadAnswer> {
    return this.ask({ method: "POST", path: `/api/v1/uploads/${encodeURIComponent(uploadId)}/pause` });
  }

  /** Send no more of a list; its rows are erased. */
  cancelUpload(uploadId: string): Promise<UploadAnswer> {
    return this.ask({ method: "POST", path: `/api/v1/uploads/${encodeURIComponent(uploadId)}/cancel` });
  }

  /** The account itself. */
  account(): Promise<AccountShown> {
    return this.ask({ method: "GET", path: "/api/v1/account" });
  }

  /** Change the default sender, the quiet hours, and when few credits are told. */
  changeAccount(fields: AccountChange): Promise<AccountShown> {
    return this.ask({ method: "PUT", path: "/api/v1/account", body: { ...fields } });
  }

  /** The account's working API keys. */
  keys(): Promise<ApiKeys> {
    return this.ask({ method: "GET", path: "/api/v1/keys" });
  }

  /** Make an API key. */
  issueKey(fields: KeyRequest): Promise<NewApiKey> {
    return this.ask({ method: "POST", path: "/api/v1/keys", body: { ...fields } });
  }

  /** Replace an API key: the new one works and the old one ends at once. */
  regenerateKey(keyId: string): Promise<NewApiKey> {
    return this.ask({ method: "POST", path: `/api/v1/keys/${encodeURIComponent(keyId)}/regenerate` });
  }

  /** End an API key. */
  endKey(keyId: string): Promise<Done> {
    return this.ask({ method: "DELETE", path: `/api/v1/keys/${encodeURIComponent(keyId)}` });
  }

  /** Messages that came in as answers to the account's, newest first. */
  inbox(fields: InboxQuery = {}): Promise<InboundMessages> {
    return this.ask({ method: "GET", path: "/api/v1/inbound", query: { ...fields } });
  }

  /** Numbers that get no promotional messages of the account, newest first. */
  suppressions(fields: SuppressionsQuery = {}): Promise<SuppressedNumbers> {
    return this.ask({ method: "GET", path: "/api/v1/suppressions", query: { ...fields } });
  }

  /** Conversations, each with its newest message, newest first. */
  threads(fields: ThreadsQuery = {}): Promise<Threads> {
    return this.ask({ method: "GET", path: "/api/v1/threads", query: { ...fields } });
  }

  /** What was sent to a number and what it answered, newest first. */
  thread(msisdn: string, fields: ThreadQuery = {}): Promise<ThreadShown> {
    return this.ask({ method: "GET", path: `/api/v1/threads/${encodeURIComponent(msisdn)}`, query: { ...fields } });
  }

  /** What is answered in the account's name, by the first word of what comes in. */
  keywords(): Promise<Keywords> {
    return this.ask({ method: "GET", path: "/api/v1/keywords" });
  }

  /** Set what is answered to messages that begin with a word. */
  setKeyword(word: string, fields: KeywordRequest): Promise<KeywordShown> {
    return this.ask({ method: "PUT", path: `/api/v1/keywords/${encodeURIComponent(word)}`, body: { ...fields } });
  }

  /** Answer a word no more. */
  deleteKeyword(word: string): Promise<Done> {
    return this.ask({ method: "DELETE", path: `/api/v1/keywords/${encodeURIComponent(word)}` });
  }

  /** What happened to what is the account's, oldest first; the answer may wait for it. */
  events(fields: EventsQuery = {}): Promise<Events> {
    return this.ask({ method: "GET", path: "/api/v1/events", query: { ...fields } });
  }

  /** The account's webhook, and how it goes. */
  webhook(): Promise<WebhookShown> {
    return this.ask({ method: "GET", path: "/api/v1/webhook" });
  }

  /** Set where the account is told of its events; its secret is shown once. */
  setWebhook(fields: WebhookRequest): Promise<WebhookShown> {
    return this.ask({ method: "PUT", path: "/api/v1/webhook", body: { ...fields } });
  }

  /** Tell nothing any more. */
  removeWebhook(): Promise<Done> {
    return this.ask({ method: "DELETE", path: "/api/v1/webhook" });
  }

  /** Post a test to the webhook and say what came of it. */
  tryWebhook(): Promise<WebhookTried> {
    return this.ask({ method: "POST", path: "/api/v1/webhook/test" });
  }

  /** Give the webhook another secret; for a day both sign. */
  rotateWebhook(): Promise<SecretRotated> {
    return this.ask({ method: "POST", path: "/api/v1/webhook/rotate" });
  }

  /** Tell all events after a sequence once more. */
  replayWebhook(fields: ReplayRequest): Promise<WebhookShown> {
    return this.ask({ method: "POST", path: "/api/v1/webhook/replay", body: { ...fields } });
  }

  /** The newest attempts to tell, newest first. */
  attempts(fields: AttemptsQuery = {}): Promise<Attempts> {
    return this.ask({ method: "GET", path: "/api/v1/webhook/attempts", query: { ...fields } });
  }

  /** What credits cost. */
  prices(): Promise<PricesShown> {
    return this.ask({ method: "GET", path: "/api/v1/prices" });
  }

  /** Top up by mobile money: the payer is asked for the PIN. */
  requestTopUp(fields: TopUpRequest, options: Options = {}): Promise<TopUpShown> {
    return this.ask({ method: "POST", path: "/api/v1/topups", body: { ...fields }, key: keyed(options) });
  }

  /** Top-ups, newest first. */
  topUps(fields: TopUpsQuery = {}): Promise<TopUps> {
    return this.ask({ method: "GET", path: "/api/v1/topups", query: { ...fields } });
  }

  /** Where a top-up stands. */
  topUp(topupId: string): Promise<TopUpShown> {
    return this.ask({ method: "GET", path: `/api/v1/topups/${encodeURIComponent(topupId)}` });
  }
}
