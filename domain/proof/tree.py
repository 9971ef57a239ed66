"""The Merkle tree of RFC 6962 (section 2.1): leaves, roots, and both kinds of proofs.

A tree is asked for its nodes: ``node(level, index)`` gives the root of the 2^level leaves that
begin with leaf index * 2^level, so that a proof needs no more of the tree than it holds.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from domain.proof.stored import NoEvent, RawEvent, packed

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = hashlib.sha256().digest()
"""The root of the tree without leaves."""

Node = Callable[[int, int], bytes]

_INNER: Final = b"\x01"


def leaf_bytes(event: RawEvent) -> bytes:
    """Give what a leaf is the SHA-256 of (``domain.proof.stored.packed``).

    Raises:
        NoEvent: its fields are not of their types.
    """
    (leaf,) = packed((event,))
    if not leaf:
        msg = "what stands here is no event"
        raise NoEvent(msg)
    return leaf


def leaf_hash(event: RawEvent) -> bytes:
    """Give an event's leaf.

    Raises:
        NoEvent: its fields are not of their types.
    """
    return hashlib.sha256(leaf_bytes(event)).digest()


def leaf_hashes(leaves: Sequence[bytes]) -> list[bytes]:
    """Give the leaves of events that are packed.

    Raises:
        NoEvent: one of them is none.
    """
    if not all(leaves):
        msg = "what stands here is no event"
        raise NoEvent(msg)
    sha256 = hashlib.sha256
    return [sha256(leaf).digest() for leaf in leaves]


def node_hash(left: bytes, right: bytes) -> bytes:
    """Give the node above two others."""
    return hashlib.sha256(_INNER + left + right).digest()


def parents(hashes: Sequence[bytes]) -> list[bytes]:
    """Give the nodes above an even number of neighbours."""
    sha256, pairs = hashlib.sha256, zip(hashes[::2], hashes[1::2], strict=True)
    return [sha256(_INNER + left + right).digest() for left, right in pairs]


class CompactRange:
    """The roots of the complete subtrees of a tree, largest first: enough to make it grow.

    ``size`` is the number of leaves so far; there is one root for each bit that is set in it.
    """

    def __init__(self, size: int = 0, hashes: Iterable[bytes] = ()) -> None:
        self.size = size
        self._hashes = list(hashes)
        if len(self._hashes) != size.bit_count():
            msg = f"a tree of {size} leaves has {size.bit_count()} complete subtrees"
            raise ValueError(msg)

    @property
    def hashes(self) -> Sequence[bytes]:
        """The roots of the complete subtrees."""
        return tuple(self._hashes)

    def append(self, digest: bytes, *, level: int = 0) -> None:
        """Add a leaf or, where one fits, a complete subtree of 2^level leaves.

        Raises:
            ValueError: no subtree of this level begins here.
        """
        if self.size & ((1 << level) - 1):
            msg = f"no subtree of level {level} begins at leaf {self.size}"
            raise ValueError(msg)
        hashes, carry = self._hashes, self.size >> level
        while carry & 1:
            digest = node_hash(hashes.pop(), digest)
            carry >>= 1
        hashes.append(digest)
        self.size += 1 << level

    def extend(self, leaves: Sequence[bytes]) -> None:
        """Add many leaves, whole subtrees at a time."""
        start = 0
        for level, _ in cover(self.size, self.size + len(leaves)):
            count = 1 << level
            row: Sequence[bytes] = leaves[start : start + count]
            while len(row) > 1:
                row = parents(row)
            self.append(row[0], level=level)
            start += count

    def root(self) -> bytes:
        """Give the root of the tree."""
        if not self._hashes:
            return EMPTY_ROOT
        *others, found = self._hashes
        for digest in reversed(others):
            found = node_hash(digest, found)
        return found


def cover(start: int, end: int) -> Iterator[tuple[int, int]]:
    """Give the fewest complete subtrees that hold exactly the leaves from ``start`` up to ``end``.

    Each as (level, index), from left to right.
    """
    while start < end:
        level = (end - start).bit_length() - 1
        if start:
            level = min(level, (start & -start).bit_length() - 1)
        yield level, start >> level
        start += 1 << level


def compact_range(size: int, node: Node) -> CompactRange:
    """Give the compact range of a tree's first ``size`` leaves."""
    return CompactRange(size, [node(level, index) for level, index in cover(0, size)])


def root_of(start: int, end: int, node: Node) -> bytes:
    """Give the root of the leaves from ``start`` up to ``end``, as a tree of their own.

    ``start`` is where such a subtree begins in a larger tree (RFC 6962's splits).
    """
    found = b""
    for level, index in reversed(list(cover(start, end))):
        digest = node(level, index)
        found = node_hash(digest, found) if found else digest
    return found or EMPTY_ROOT


def inclusion_proof(index: int, size: int, node: Node) -> Sequence[bytes]:
    """Give the path from leaf ``index`` up to the root of a tree of ``size`` leaves."""
    return _path(index, 0, size, node)


def _path(index: int, start: int, end: int, node: Node) -> list[bytes]:
    if end - start == 1:
        return []
    middle = start + _split(end - start)
    if index < middle:
        return [*_path(index, start, middle, node), root_of(middle, end, node)]
    return [*_path(index, middle, end, node), root_of(start, middle, node)]


def consistency_proof(older: int, size: int, node: Node) -> Sequence[bytes]:
    """Give what shows that the first ``older`` leaves are those of the tree that it once was."""
    return _consistent(older, 0, size, node, is_whole=True) if 0 < older < size else []


def _consistent(older: int, start: int, end: int, node: Node, *, is_whole: bool) -> list[bytes]:
    if older == end:
        return [] if is_whole else [root_of(start, end, node)]
    middle = start + _split(end - start)
    if older <= middle:
        left = _consistent(older, start, middle, node, is_whole=is_whole)
        return [*left, root_of(middle, end, node)]
    right = _consistent(older, middle, end, node, is_whole=False)
    return [*right, root_of(start, middle, node)]


def _split(count: int) -> int:
    """Give the largest power of two below ``count``."""
    return 1 << (count - 1).bit_length() - 1


# -- verifying (RFC 9162, sections 2.1.3.2 and 2.1.4.2) --------------------------------------------


def root_by_path(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """Give the root to which a path leads from a leaf; None when it is no path of such a tree."""
    if not 0 <= index < size:
        return None
    place, last, found = index, size - 1, leaf
    for digest in path:
        if not last:
            return None
        if place & 1 or place == last:
            found = node_hash(digest, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, digest)
        place, last = place >> 1, last >> 1
    return None if last else found


def is_consistent(
    older: int, older_root: bytes, size: int, root: bytes, proof: Sequence[bytes]
) -> bool:
    """Whether a proof shows that the older tree is the beginning of the newer one."""
    if older == size:
        return not proof and older_root == root
    if not 0 < older < size or not proof:
        return False
    path = [older_root, *proof] if older & (older - 1) == 0 else list(proof)
    place, last = older - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    was = now = path[0]
    for digest in path[1:]:
        if not last:
            return False
        if place & 1 or place == last:
            was, now = node_hash(digest, was), node_hash(digest, now)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            now = node_hash(now, digest)
        place, last = place >> 1, last >> 1
    return not last and (was, now) == (older_root, root)
