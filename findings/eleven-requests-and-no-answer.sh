#!/usr/bin/env bash
# wretch 3.0.9 (npm): a POST under its retry middleware as it comes, answered 503.
# Guess: it leaves POST alone, or asks again two or three times; the last answer can be read from
#        the error that it throws, as with any other status.
# Seen:  eleven requests in all. Then it throws "Number of attempts exceeded.", without status and
#        body, and what the answer said (why, or under which id it was accepted) is gone; with a
#        400 it stands in the error. A connection that breaks is not asked again at all.
# For us: a request that repeats its 503 is one acceptance, and the same request once more gives
#         its ids (docs/api.md).
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund wretch@3.0.9
cat > seen.mjs <<'JS'
import assert from 'assert'
import http from 'http'
import wretch from 'wretch'
import { retry } from 'wretch/middlewares'

let requests, status
const server = http.createServer((request, response) => {
  request.resume().on('end', () => {
    requests += 1
    if (status === 'broken') return request.socket.destroy()
    response.writeHead(status, { 'Content-Type': 'application/json' }).end('{"reason":"this"}')
  })
})
await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
const url = `http://127.0.0.1:${server.address().port}/`
const quickly = retry({ delayTimer: 1 }) // all else as it comes
for (const [answer, expected] of [[200, 1], [400, 1], [503, 11], ['broken', 1]]) {
  ;[requests, status] = [0, answer]
  const asked = wretch(url).middlewares([quickly]).post({ to: '1' }).json()
  const error = await asked.then(() => null, (error) => error)
  console.log(answer, 'requests:', requests, error?.message, error?.status)
  assert.strictEqual(requests, expected)
  if (answer === 400) assert.strictEqual(error.status, 400)
  if (answer === 503) {
    assert.strictEqual(error.message, 'Number of attempts exceeded.')
    assert.deepStrictEqual([error.status, error.response], [undefined, undefined])
  }
}
server.close()
JS
node seen.mjs
