"""What providers of mobile money tell the gateway by themselves."""
