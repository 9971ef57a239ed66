#!/usr/bin/env bash
# smpp 0.5.1 (npm): the octets of a text that it encodes by itself, as its examples do.
# Guess: letters, an at sign and a euro sign are GSM-7, so data_coding is 0 (the network's alphabet,
#        SMPP 3.4, 5.2.19).
# Seen:  the octets are GSM-7 (an at sign is 00, a euro sign 1B 65) under data_coding 1, which is
#        IA5 (ASCII): a centre that believes the field reads NUL for @, and ESC e for the euro sign.
# For us: the alphabet is always said beside the octets (TP-DCS), and both come from one place.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund smpp@0.5.1
node - <<'JS'
const { PDU } = require("smpp");
const encoded = (text) => {
  const pdu = new PDU("submit_sm", { destination_addr: "260977123456", short_message: text });
  pdu.toBuffer();
  return [pdu.data_coding, pdu.short_message.toString("hex")];
};
const seen = { "@": encoded("@"), "€": encoded("€"), ũ: encoded("ũ") };
console.log(seen);
require("assert").deepStrictEqual(seen, { "@": [1, "00"], "€": [1, "1b65"], ũ: [8, "0169"] });
JS
