#!/usr/bin/env bash
# mtn-momo 2.0.0 (npm, client of MTN MoMo): requestToPay whose answer is lost on the way.
# Guess: the caller may give the payment's X-Reference-Id, so that it can be written down before and
#        asked for after; else the error names the one that was used.
# Seen:  the id is made inside and given back only with the answer; a referenceId in the request is
#        sent on as part of the body and not used. When the connection breaks the error is an axios
#        error without it (it can be dug out of error.config.headers), so a payment that the customer
#        may have approved cannot be asked for.
# For us: the id is ours, is an event before the first byte leaves, and a lost answer is polled.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund mtn-momo@2.0.0
node - <<'JS'
const assert = require('assert');
const http = require('http');
const momo = require('mtn-momo');

const PAYMENT = {
  amount: '50', currency: 'ZMW', externalId: '1', payerMessage: 'm', payeeNote: 'n',
  payer: { partyIdType: 'MSISDN', partyId: '260961234567' },
};
const json = { 'content-type': 'application/json' };
const OURS = '11111111-2222-4333-8444-555555555555';
let used;
const server = http.createServer((request, answer) => {
  if (request.url.endsWith('/token/')) {
    answer.writeHead(200, json);
    answer.end('{"access_token": "t", "token_type": "access_token", "expires_in": 3600}');
    return;
  }
  used = request.headers['x-reference-id'];
  request.resume().on('end', () => request.socket.destroy());
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
  const error = await collections.requestToPay({ ...PAYMENT, referenceId: OURS }).catch((e) => e);
  console.log(error.message, Object.keys(error), 'used:', used);
  assert.match(used, /^[0-9a-f-]{36}$/);
  assert.notStrictEqual(used, OURS);
  assert(!error.message.includes(used) && error.referenceId === undefined);
  assert.strictEqual(error.config.headers['X-Reference-Id'], used);
  process.exit();
});
JS
