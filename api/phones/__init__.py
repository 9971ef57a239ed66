"""The mobile protocol of SMSGate, as its stock app calls a private server (docs/phones.md)."""
