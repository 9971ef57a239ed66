"""HTTP on the wire: listeners, connections with their bounds and deadlines, requests read whole."""
