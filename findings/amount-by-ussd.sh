#!/usr/bin/env bash
# ussd-menu-builder 1.2.0 (npm): the rule of its examples for a step that takes a number, '*\\d+'.
# Guess: '50' goes there, and what is no whole number ('2x', '50,00', 'K50') is answered as an
#        unknown entry.
# Seen:  the rule looks for a digit anywhere: '2x', '50,00' and 'K50' all go there, and the state
#        gets the entry as it was typed.
# For us: amounts of a top-up are read by one strict reader, whoever asks for them.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund ussd-menu-builder@1.2.0
node - <<'JS'
const Menu = require('ussd-menu-builder');
const menu = new Menu();
menu.startState({ run: () => menu.con('How much?'), next: { '*\\d+': 'pay', '*': 'again' } });
menu.state('pay', { run: () => menu.end('pay ' + menu.val) });
menu.state('again', { run: () => menu.end('again ' + menu.val) });
const ask = (text) => new Promise((done) => menu.run(
  { sessionId: 's', serviceCode: '*123#', phoneNumber: '+260977123456', text }, done,
));
(async () => {
  const seen = {};
  for (const text of ['50', '2x', '50,00', 'K50', 'ten']) seen[text] = await ask(text);
  console.log(seen);
  require('assert').deepStrictEqual(seen, {
    50: 'END pay 50', '2x': 'END pay 2x', '50,00': 'END pay 50,00', K50: 'END pay K50',
    ten: 'END again ten',
  });
})();
JS
