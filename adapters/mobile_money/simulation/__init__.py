"""What simulated providers share: scenarios, payments over a clock, and the web around them."""
