"""HTTP as such: requests and answers, bodies, refusals, and the way off the event loop."""
