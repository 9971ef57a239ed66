# Requests as people write them with curl. See programs.py.
base_url=$1 key=$2 single=$3 bulk=$4 list=$5 text=$6 one=$7 two=$8
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
comma=

ask() { # the shape's name, path, and how curl is to ask
    name=$1 path=$2
    shift 2
    status=$(curl --silent --http2 --output "$folder/answer" --write-out '%{http_code}' \
        -H "Authorization: Bearer $key" "$base_url$path" "$@")
    printf '%s"%s":{"status":%s,"answer":%s}' "$comma" "$name" "$status" "$(cat "$folder/answer")"
    comma=,
}

message() { # the shape's name
    printf 'message=%s, %s' "$1" "$text"
}

json() { # the shape's name
    printf '{"to":"%s","message":"%s, %s"}' "$one" "$1" "$text"
}

printf '{'
ask 'list of one' "$bulk" -d "$list=$one" --data-urlencode "$(message 'list of one')"
ask 'list of two' "$bulk" -F "$list=$one" -F "$list=$two" -F "$(message 'list of two')"
ask 'JSON as a form' "$single" -d "$(json 'JSON as a form')"
ask 'chunked' "$single" -H 'Transfer-Encoding: chunked' -d "$(json chunked)"
ask '100-continue' "$single" -H 'Expect: 100-continue' -d "$(json 100-continue)"
json 'compressed' | gzip >"$folder/body"
ask 'compressed' "$single" -H 'Content-Encoding: gzip' --data-binary "@$folder/body"
printf '%s\n' "$key" >"$folder/key"
ask 'key of a file' /api/balance -G --data-urlencode "api_key@$folder/key"
echo '}'
