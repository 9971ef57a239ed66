#!/bin/sh
# Sends what both published documents send with curl, and prints what came back as one JSON line.
# Takes SMS_BASE_URL, SMS_API_KEY and SMS_SENDER_NAME from the environment.
set -eu

calls=

# record CALL NAME TO MESSAGE CURL-ARGUMENTS...: TO and MESSAGE are JSON, null when nothing is sent
record() {
  call=$1 name=$2 to=$3 message=$4
  shift 4
  answer=$(curl -sS -w '\n%{http_code}' "$@")
  status=${answer##*
}
  body=${answer%
*}
  calls="$calls${calls:+,}{\"call\":\"$call\",\"name\":\"$name\",\"to\":$to,\"message\":$message"
  calls="$calls,\"status\":$status,\"answer\":$body}"
}

# the first document: the key in the body or the query

record send quickstart '["260977000000"]' '"Hello! This is my first WilCybertek SMS."' \
  -X POST "$SMS_BASE_URL/api" -H "Content-Type: application/json" \
  -d '{
    "api_key": "'"$SMS_API_KEY"'",
    "to":      "260977000000",
    "message": "Hello! This is my first WilCybertek SMS."
  }'

record send authentication '["260977000000"]' '"Your message here"' \
  -X POST "$SMS_BASE_URL/api" -H "Content-Type: application/json" \
  -d '{"api_key": "'"$SMS_API_KEY"'", "to": "260977000000", "message": "Your message here"}'

three='["260977000001", "260966000002", "260955000003"]'

flash='"Flash sale! 30% off all services today only."'
record bulk sale "$three" "$flash" \
  -X POST "$SMS_BASE_URL/api/bulk" -H "Content-Type: application/json" \
  -d '{"api_key": "'"$SMS_API_KEY"'", "recipients": '"$three"', "message": '"$flash"'}'

night='"System maintenance tonight 22:00-23:00. Thank you for your patience."'
record bulk maintenance "$three" "$night" \
  -X POST "$SMS_BASE_URL/api/bulk" -H "Content-Type: application/json" \
  -d '{"api_key": "'"$SMS_API_KEY"'", "recipients": '"$three"', "message": '"$night"'}'

record balance left null null "$SMS_BASE_URL/api/balance?api_key=$SMS_API_KEY"
record logs 'first page' null null "$SMS_BASE_URL/api/logs?api_key=$SMS_API_KEY&page=1&limit=50"

# the second document: the key as a Bearer token

feltech() {
  call=$1 name=$2 to=$3 message=$4
  shift 4
  record "$call" "$name" "$to" "$message" -H "Authorization: Bearer $SMS_API_KEY" "$@"
}

feltech feltech_send single '["+260977000000"]' '"Hello from Feltech SMS!"' \
  -X POST "$SMS_BASE_URL/api/v1/sms/send" -H "Content-Type: application/json" \
  -d '{"to": "+260977000000", "message": "Hello from Feltech SMS!"}'
message_id=$(printf %s "$body" | sed 's/.*"message_id": *"\([^"]*\)".*/\1/')

two='["+260977000000", "+260955111111"]'
feltech feltech_bulk two "$two" '"Hello both from Feltech SMS!"' \
  -X POST "$SMS_BASE_URL/api/v1/sms/send-bulk" -H "Content-Type: application/json" \
  -d '{"to": '"$two"', "message": "Hello both from Feltech SMS!"}'

feltech feltech_status 'of the single' null null "$SMS_BASE_URL/api/v1/sms/status/$message_id"
feltech feltech_logs searched null null "$SMS_BASE_URL/api/sms/logs?search=0977000000&page=1"
feltech feltech_sender_id again null null \
  -X POST "$SMS_BASE_URL/api/sender-ids" -H "Content-Type: application/json" \
  -d '{"name": "'"$SMS_SENDER_NAME"'", "use_case": "Promotional offers for e-commerce"}'

printf '[%s]\n' "$calls"
