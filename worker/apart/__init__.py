"""What ``serve`` runs in processes of its own making, so that it uses a second core."""
