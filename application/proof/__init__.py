"""The proof: sealing the log, and showing to whoever trusts no one what the seals say."""
