#!/usr/bin/env bash
# mtn-momo 2.0.0 (npm, client of MTN MoMo): getTransaction of payments that were not paid.
# Guess: every final state but SUCCESSFUL is an error, with a class for the reason it names.
# Seen:  FAILED is thrown; REJECTED and TIMEOUT, final as well, come back as a result like a paid one.
#        A reason that is an object with code and message, as the interface describes it, is not
#        known: UnspecifiedError with an empty message, where the same code as a string has its class.
# For us: a table of states names each one, one that is not in it is unknown and is polled on, and
#         both shapes of a reason are read.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund mtn-momo@2.0.0
node - <<'JS'
const assert = require('assert');
const http = require('http');
const momo = require('mtn-momo');

const json = { 'content-type': 'application/json' };
let state;
const server = http.createServer((request, answer) => {
  if (request.url.endsWith('/token/')) {
    answer.writeHead(200, json);
    answer.end('{"access_token": "t", "token_type": "access_token", "expires_in": 3600}');
    return;
  }
  answer.writeHead(200, json);
  answer.end(JSON.stringify(state));
});
server.listen(0, '127.0.0.1', async () => {
  const { Collections } = momo.create({
    callbackHost: 'callbacks.invalid', baseUrl: `http://127.0.0.1:${server.address().port}`,
  });
  const collections = Collections({
    userId: 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee',
    userSecret: 'aaaaaaaabbbb4ccc8dddeeeeeeeeeeee',
    primaryKey: 'aaaaaaaabbbb4ccc8dddeeeeeeeeeeee',
  });
  const seen = [];
  for (state of [
    { status: 'REJECTED' },
    { status: 'TIMEOUT' },
    { status: 'FAILED', reason: 'PAYER_NOT_FOUND' },
    { status: 'FAILED', reason: { code: 'PAYER_NOT_FOUND', message: 'Payee does not exist' } },
  ]) {
    seen.push(await collections.getTransaction('x').then((t) => t.status, (e) => e.name + e.message));
  }
  console.log(seen);
  assert.deepStrictEqual(seen, ['REJECTED', 'TIMEOUT', 'PayerNotFoundError', 'UnspecifiedError']);
  process.exit();
});
JS
