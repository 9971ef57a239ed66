"""The proof of the log: a Merkle tree over its events, and signed checkpoints of that tree.

Leaf, tree and proofs follow RFC 6962; checkpoints, signatures and proof files the C2SP texts
signed-note, tlog-checkpoint, tlog-cosignature and tlog-proof.
"""
