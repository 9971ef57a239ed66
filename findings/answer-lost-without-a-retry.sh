#!/usr/bin/env bash
# undici 7.30.2 (npm): a POST through RetryAgent, which leaves POST alone, answered 503 or 400.
# Guess: what is not to be retried comes through as if there were no RetryAgent: status, headers,
#        body.
# Seen:  a status of its list (500, 502, 503, 504, 429) is thrown as RequestRetryError though there
#        was only one request; the body, which says what is wrong or was accepted, is gone. 400
#        comes through.
# For us: a 503 here carries the id of a message that is queued; the same request again is answered
#         with that id (docs/api.md).
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund undici@7.30.2
cat > seen.mjs <<'JS'
import assert from 'assert'
import http from 'http'
import { Agent, RetryAgent, request } from 'undici'

let requests, status
const server = http.createServer((asked, response) => {
  asked.resume().on('end', () => {
    requests += 1
    response.writeHead(status, { 'Content-Type': 'application/json' }).end('{"message_id":"one"}')
  })
})
await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
const url = `http://127.0.0.1:${server.address().port}/`
const dispatchers = { Agent: new Agent(), RetryAgent: new RetryAgent(new Agent()) }
for (const [name, dispatcher] of Object.entries(dispatchers)) {
  for (status of [400, 503]) {
    requests = 0
    const seen = await request(url, { method: 'POST', body: '{}', dispatcher }).then(
      async ({ body }) => (await body.json()).message_id,
      (error) => error.code,
    )
    console.log(name, status, 'requests:', requests, seen)
    assert.strictEqual(requests, 1)
    const isLost = name === 'RetryAgent' && status === 503
    assert.strictEqual(seen, isLost ? 'UND_ERR_REQ_RETRY' : 'one')
  }
  await dispatcher.close()
}
server.close()
JS
node seen.mjs
