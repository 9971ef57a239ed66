"""Airtel Money Zambia by its Open API: collections by a push to the phone, and whole refunds."""
