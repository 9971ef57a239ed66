"""Zamtel Kwacha by its REST front: one call that lasts until the payer has decided."""
