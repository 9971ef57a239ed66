#!/usr/bin/env bash
# fetch-retry 6.0.0 (npm): a POST as it comes whose answer never arrives, and one answered 503.
# Guess: without retryOn it repeats what surely was not carried out: a connection that could not be
#        made, and a method that may be repeated. A POST that was read whole is left alone.
# Seen:  a POST that the server read to its end and did not answer is sent four times in all, with
#        the body each time; a 503 is given back at once.
# For us: an Idempotency-Key makes the four one message; without one, what was accepted and not
#         answered is accepted again (docs/api.md).
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund fetch-retry@6.0.0
cat > seen.mjs <<'JS'
import assert from 'assert'
import http from 'http'
import withRetries from 'fetch-retry'

let bodies, answers
const server = http.createServer(async (request, response) => {
  const parts = []
  for await (const part of request) parts.push(part)
  bodies.push(Buffer.concat(parts).toString())
  if (answers) response.writeHead(503).end()
  else request.socket.destroy()
})
await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
const url = `http://127.0.0.1:${server.address().port}/`
const post = { method: 'POST', body: '{"pay":1}', retryDelay: 1 } // all else as it comes
for (answers of [true, false]) {
  bodies = []
  const answer = withRetries(fetch)(url, post)
  const seen = await answer.then(({ status }) => status, ({ message }) => message)
  console.log(answers ? 'answered' : 'not answered', bodies, seen)
  assert.deepStrictEqual(bodies, Array(answers ? 1 : 4).fill('{"pay":1}'))
}
server.close()
JS
node seen.mjs
