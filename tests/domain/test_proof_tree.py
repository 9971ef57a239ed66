"""The tree of RFC 6962, against the RFC's own definition, published roots and another library."""

import hashlib
import struct
from collections.abc import Sequence
from typing import Final

import pymerkle
import pytest

from domain.proof.stored import RawEvent
from domain.proof.tree import (
    EMPTY_ROOT,
    CompactRange,
    compact_range,
    consistency_proof,
    cover,
    inclusion_proof,
    is_consistent,
    leaf_bytes,
    leaf_hash,
    node_hash,
    root_by_path,
)

SIZES: Final = range(1, 40)
ENTRIES: Final = [
    bytes.fromhex(each) for each in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657")
] + [bytes.fromhex("606162636465666768696a6b6c6d6e6f")]
"""The entries that Certificate Transparency's implementations try their trees with."""
ROOT_OF_ENTRIES: Final = "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


def _leaf(entry: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + entry).digest()


LEAVES: Final = [_leaf(number.to_bytes(2, "big")) for number in range(64)]


def _root(leaves: Sequence[bytes]) -> bytes:
    """The definition, word for word."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return leaves[0]
    middle = 1
    while middle * 2 < len(leaves):
        middle *= 2
    return node_hash(_root(leaves[:middle]), _root(leaves[middle:]))


def _node(level: int, index: int) -> bytes:
    return _root(LEAVES[index << level : (index + 1) << level])


def _grown(leaves: Sequence[bytes]) -> CompactRange:
    tree = CompactRange()
    for leaf in leaves:
        tree.append(leaf)
    return tree


def test_a_leaf_is_of_exactly_these_bytes() -> None:
    event = RawEvent(7, bytes(range(16)), 3, "Message.Sent", b'{"a":1}')
    expected = (
        b"\x00"
        + struct.pack(">Q", 7)
        + bytes(range(16))
        + struct.pack(">Q", 3)
        + struct.pack(">I", 12)
        + b"Message.Sent"
        + struct.pack(">I", 7)
        + b'{"a":1}'
    )
    assert leaf_bytes(event) == expected
    assert leaf_hash(event) == hashlib.sha256(expected).digest()


def test_what_moves_from_a_topic_to_a_state_is_another_leaf() -> None:
    one = RawEvent(1, bytes(16), 1, "ab", b"c")
    assert leaf_hash(one) != leaf_hash(one._replace(topic="a", state=b"bc"))


def test_the_empty_tree_and_published_trees_have_the_published_roots() -> None:
    assert CompactRange().root() == EMPTY_ROOT == hashlib.sha256().digest()
    assert _grown(list(map(_leaf, ENTRIES))).root().hex() == ROOT_OF_ENTRIES


@pytest.mark.parametrize("size", SIZES)
def test_a_tree_that_grows_has_the_root_of_its_leaves(size: int) -> None:
    tree = _grown(LEAVES[:size])
    assert tree.root() == _root(LEAVES[:size])
    assert compact_range(size, _node).hashes == tree.hashes


@pytest.mark.parametrize("size", SIZES)
def test_leaves_may_come_many_at_once(size: int) -> None:
    for first in range(size + 1):
        tree = _grown(LEAVES[:first])
        tree.extend(LEAVES[first:size])
        assert (tree.size, tree.root()) == (size, _root(LEAVES[:size]))


def test_subtrees_stand_for_their_leaves() -> None:
    for start in range(20):
        for end in range(start, 40):
            tree = _grown(LEAVES[:start])
            for level, index in cover(start, end):
                tree.append(_node(level, index), level=level)
            assert tree.root() == _root(LEAVES[:end])


def test_a_subtree_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="begins at leaf 1"):
        _grown(LEAVES[:1]).append(LEAVES[1], level=1)
    with pytest.raises(ValueError, match="complete subtrees"):
        CompactRange(3, LEAVES[:1])


@pytest.mark.parametrize("size", SIZES)
def test_a_path_leads_from_each_leaf_to_the_root_and_from_no_other(size: int) -> None:
    root = _root(LEAVES[:size])
    for index in range(size):
        path = inclusion_proof(index, size, _node)
        assert root_by_path(LEAVES[index], index, size, path) == root
        assert root_by_path(LEAVES[60], index, size, path) != root
        assert root_by_path(LEAVES[index], index, size, [*path, root]) is None
        assert root_by_path(LEAVES[index], size, size, path) is None
        if size > 1:
            assert root_by_path(LEAVES[index], index, size, path[:-1]) != root


@pytest.mark.parametrize("size", SIZES)
def test_an_older_tree_is_shown_to_be_the_beginning_of_a_newer_one(size: int) -> None:
    root = _root(LEAVES[:size])
    for older in range(1, size):
        was, proof = _root(LEAVES[:older]), consistency_proof(older, size, _node)
        assert is_consistent(older, was, size, root, proof)
        assert not is_consistent(older, _root(LEAVES[1 : older + 1]), size, root, proof)
        assert not is_consistent(older, was, size, LEAVES[0], proof)
        assert not is_consistent(older, was, size, root, proof[:-1])
    assert is_consistent(size, root, size, root, [])
    assert not is_consistent(size, LEAVES[63], size, root, [])


def test_another_library_makes_the_same_trees_and_takes_our_proofs() -> None:
    other = pymerkle.InmemoryTree(algorithm="sha256")
    for number in range(33):
        other.append_entry(number.to_bytes(2, "big"))
    for size in range(1, 34):
        assert other.get_root(size) == _root(LEAVES[:size])
    for index in range(33):
        theirs = other.prove_inclusion(index + 1, 33).serialize()["path"]
        ours = [digest.hex() for digest in inclusion_proof(index, 33, _node)]
        assert theirs[0] == LEAVES[index].hex()
        assert sorted(theirs[1:]) == sorted(ours)
    for older in range(1, 33):
        proof = other.prove_consistency(older, 33)
        pymerkle.verify_consistency(other.get_root(older), other.get_root(33), proof)
        assert is_consistent(
            older,
            other.get_root(older),
            33,
            other.get_root(33),
            consistency_proof(older, 33, _node),
        )
