"""Pages of auditors: what every ledger account holds, and what people did by hand."""
