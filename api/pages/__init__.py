"""Pages for people: HTML over the endpoints of the API, and no second way to do things."""
