"""What all providers share on the wire: calls with limits, amounts, tokens, and what is kept."""
