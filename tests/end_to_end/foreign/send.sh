# Sends with curl, which offers HTTP/2 and retries 503 by itself when it is told to retry.
# See programs.py.
base_url=$1 key=$2 retries=$3 calls=$4 text=$5
shift 5
one=$1
many=$(printf '"%s",' "$@")
many="[${many%,}]"
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT

ask() { # the call's name, then what curl is given beside the way to ask
    call=$1
    shift
    status=$(curl --http2 --no-progress-meter --output "$folder/answer" --write-out '%{http_code}' \
        --retry "$retries" --retry-delay 1 "$@" 2>"$folder/warnings")
    printf '%s"%s":{"status":%s,"attempts":%s,"answer":%s}' "$comma" "$call" "$status" \
        "$(($(grep -c 'Will retry' "$folder/warnings") + 1))" "$(cat "$folder/answer")"
    comma=,
}

post() { # the call's name, path, body
    ask "$1" "$base_url$2" -d "$3" \
        -H 'Content-Type: application/json' -H "Authorization: Bearer $key"
}

comma=
printf '{'
for call in $(printf '%s' "$calls" | tr ',' ' '); do
    message="\"message\":\"$text $call\""
    case $call in
        single) post "$call" /api "{\"api_key\":\"$key\",\"to\":\"$one\",$message}" ;;
        bulk) post "$call" /api/bulk "{\"api_key\":\"$key\",\"recipients\":$many,$message}" ;;
        feltech_single) post "$call" /api/v1/sms/send "{\"to\":\"$one\",$message}" ;;
        feltech_bulk) post "$call" /api/v1/sms/send-bulk "{\"to\":$many,$message}" ;;
        balance) ask "$call" "$base_url/api/balance?api_key=$key" ;;
    esac
done
echo '}'
