"""Phones that the gateway calls: the stock app's local-server mode (docs/phones.md)."""
