#!/usr/bin/env bash
# hledger 1.25 (Debian 12): an amount that is written as people in Zambia write a thousand kwacha.
# Guess: K1,000 and K500 are K1,500.
# Seen:  K501,000, by which it means 501: one comma alone is taken for the decimal mark. Nothing
#        warns, the journal balances, and the first amount alone is shown as it was written, K1,000.
#        With `decimal-mark .` at the top of the file the sum is K1,500.
# For us: journals that `ngoma audit journal` writes have no marks between digits; in a
#         journal that is kept by hand beside them the directive belongs to the first lines.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get -qq download hledger=1.25-2+b5 2>/dev/null
dpkg -x hledger_*.deb .
cat > plain.journal <<'JOURNAL'
2026-11-01 sold
    assets:mobile money    K1,000
    income:sales
2026-11-02 sold
    assets:mobile money    K500
    income:sales
JOURNAL
(echo 'decimal-mark .'; cat plain.journal) > marked.journal
for journal in plain marked; do
    usr/bin/hledger -f $journal.journal balance assets --no-total | tee $journal.seen
done
grep -q 'K501,000 ' plain.seen
grep -qE 'K1,?500 ' marked.seen
