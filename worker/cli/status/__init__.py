"""``ngoma status``: one screen that tells the truth about a gateway."""
