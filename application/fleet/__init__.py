"""SIMs at work: who may drive one, what it sends next, how fast, and when it rests."""
