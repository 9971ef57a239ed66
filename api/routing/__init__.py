"""From a path to an answer: routes, what endpoints work with, errors as answers."""
