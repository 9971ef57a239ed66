"""pawaPay's Merchant API, version 2: one account for the wallets of all three networks."""
