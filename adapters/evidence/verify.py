"""Verify an export of the log of an Ngoma gateway, or a proof of one event, without Ngoma.

    python3 verify.py [DIR] [--key FILE] [--checkpoint FILE]
    python3 verify.py FILE.tlog-proof [--key FILE]

DIR is the unpacked export (or the zip itself), by default this folder. --key names a file with the
seal's verifier key, as those who hold the key gave it to you; --checkpoint a file with checkpoints
that you kept from an earlier time. Use your own copy of this program: one that comes with an export
could have been changed with it. It needs Python 3.8 or newer, and nothing else.

Exit: 0 proven, 1 a fault was found, 3 consistent with itself but not proven, 2 wrong usage.
"""

from __future__ import annotations  # so that types may be written as they are since 3.10

import argparse
import base64
import binascii
import hashlib
import json
import os
import re
import struct
import sys
import zipfile
from typing import IO, Callable, Iterable, Iterator, List, Tuple

Point = Tuple[int, int, int, int]
Key = Tuple[str, bytes]
"""A name, and an Ed25519 public key."""
Note = Tuple[str, List[Tuple[str, bytes, bytes]]]
"""A text, and its signatures: name, key id and what follows it."""
PROVEN, FAULT, NOT_PROVEN = 0, 1, 3
SIGNATURES_MAX = 100
SUMMED = ["events.ndjson", "tags.ndjson", "checkpoints/checkpoints.txt", "manifest.json"]
SUMMED += ["verify.py"]
LINE = re.compile(
    rb'\{"position":(0|[1-9][0-9]{0,18}),"originator":"([0-9a-f]{32})",'
    rb'"version":(0|[1-9][0-9]{0,18}),"topic":"([^"\\\x00-\x1f]+)",'
    rb'"leaf":"([0-9a-f]{64})","state":([^\n]*)\}\n'
)
NOTE = re.compile("((?:[^\n]+\n)+)\n((?:\u2014 [^\n]+\n)+)")
SIZE = re.compile("0|[1-9][0-9]{0,18}")


class Fault(Exception):
    """Something is not as it was; the words say what."""


# -- Ed25519 (RFC 8032, section 5.1) ---------------------------------------------------------------

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_1 = pow(2, (P - 1) // 4, P)


def point_add(a: Point, b: Point) -> Point:
    """Add two points in extended coordinates."""
    e, f = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    g, h = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    x, y, z, t = f - e, h - g, h + g, f + e
    return x * y % P, z * t % P, y * z % P, x * t % P


def point_times(number: int, point: Point) -> Point:
    """Multiply a point."""
    found: Point = (0, 1, 1, 0)
    while number:
        if number & 1:
            found = point_add(found, point)
        point = point_add(point, point)
        number >>= 1
    return found


def point_read(encoded: bytes) -> Point | None:
    """Read a point; None where the bytes are none."""
    y = int.from_bytes(encoded, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_1 % P
    if (x * x - square) % P or (not x and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


_BASE_Y = 4 * pow(5, P - 2, P) % P
BASE = point_read(_BASE_Y.to_bytes(32, "little")) or (0, 0, 0, 0)


def is_signature(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether an Ed25519 signature is right."""
    if len(public) != 32 or len(signature) != 64:
        return False
    key, commitment = point_read(public), point_read(signature[:32])
    number = int.from_bytes(signature[32:], "little")
    if key is None or commitment is None or number >= ORDER:
        return False
    hashed = hashlib.sha512(signature[:32] + public + message).digest()
    challenge = int.from_bytes(hashed, "little") % ORDER
    left = point_times(number, BASE)
    right = point_add(commitment, point_times(challenge, key))
    return not (
        (left[0] * right[2] - right[0] * left[2]) % P
        or (left[1] * right[2] - right[1] * left[2]) % P
    )


# -- notes and keys (C2SP signed-note, tlog-checkpoint, tlog-cosignature) --------------------------


def decoded(text: str) -> bytes:
    """Read base64; nothing where it is none."""
    try:
        return base64.b64decode(text.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        return b""


def key_id(name: str, kind: int, public: bytes) -> bytes:
    """Give the four bytes by which a signature names its key."""
    named = name.encode() + b"\n" + bytes([kind]) + public
    return hashlib.sha256(named).digest()[:4]


def read_key(text: str) -> Key:
    """Read a verifier key: its name and its 32 bytes."""
    name, _, rest = text.strip().partition("+")
    hashed, _, encoded = rest.partition("+")
    found = decoded(encoded)
    if len(found) != 33 or found[0] != 1 or hashed != key_id(name, 1, found[1:]).hex():
        raise Fault("what is given as a key is no verifier key of an Ed25519 key")
    return name, found[1:]


def notes_in(text: str) -> Iterator[Note]:
    """Give the notes of a text: body and signatures (name, key id, what follows)."""
    for found in NOTE.finditer(text):
        signatures = []
        for line in found.group(2).splitlines():
            name, _, encoded = line[2:].rpartition(" ")
            bytes_of = decoded(encoded)
            signatures.append((name, bytes_of[:4], bytes_of[4:]))
        yield found.group(1), signatures


def checkpoint_of(body: str) -> tuple[str, int, bytes]:
    """Read a checkpoint's origin, size and root."""
    lines = body.split("\n")
    root = decoded(lines[2]) if len(lines) == 4 else b""
    if len(root) != 32 or not SIZE.fullmatch(lines[1]):
        raise Fault("a note is no checkpoint")
    return lines[0], int(lines[1]), root


def is_signed(note: Note, key: Key) -> bool:
    """Whether a key signed a note; one wrong signature of it spoils the note."""
    (body, signatures), (name, public) = note, key
    text, is_plain = body.encode(), False
    for signer, hashed, signature in signatures:
        if signer != name:
            continue
        if hashed == key_id(name, 1, public):
            is_plain = True
            if not is_signature(public, text, signature):
                return False
        elif hashed == key_id(name, 4, public):
            second = int.from_bytes(signature[:8], "big")
            timed = b"cosignature/v1\ntime %d\n" % second + text
            if not is_signature(public, timed, signature[8:]):
                return False
    return is_plain


# -- the tree (RFC 6962, section 2.1) --------------------------------------------------------------


def leaf_of(position: int, originator: bytes, version: int, topic: bytes, state: bytes) -> bytes:
    """Give an event's leaf."""
    return hashlib.sha256(
        struct.pack(">cQ16sQI", b"\0", position, originator, version, len(topic))
        + topic
        + struct.pack(">I", len(state))
        + state
    ).digest()


def node_of(left: bytes, right: bytes) -> bytes:
    """Give the node above two others."""
    return hashlib.sha256(b"\1" + left + right).digest()


class Tree:
    """The roots of the complete subtrees of a tree that grows, largest first."""

    def __init__(self, size: int = 0, hashes: Iterable[bytes] = ()) -> None:
        """Begin with the subtrees of ``size`` leaves."""
        self.size, self.hashes = size, list(hashes)
        if len(self.hashes) != bin(size).count("1"):
            raise Fault("the manifest does not describe a tree")

    def append(self, digest: bytes, level: int = 0) -> None:
        """Add a leaf, or a complete subtree of 2^level leaves."""
        if self.size % (1 << level):
            raise Fault("the manifest does not describe a tree")
        carry = self.size >> level
        while carry & 1:
            digest = node_of(self.hashes.pop(), digest)
            carry >>= 1
        self.hashes.append(digest)
        self.size += 1 << level

    def root(self) -> bytes:
        """Give its root."""
        found = self.hashes[-1] if self.hashes else hashlib.sha256().digest()
        for digest in reversed(self.hashes[:-1]):
            found = node_of(digest, found)
        return found


def root_by_path(leaf: bytes, index: int, size: int, path: Iterable[bytes]) -> bytes | None:
    """Give the root to which a path leads; None where it is no path."""
    place, last, found = index, size - 1, leaf
    if not 0 <= index < size:
        return None
    for digest in path:
        if not last:
            return None
        if place & 1 or place == last:
            found = node_of(digest, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_of(found, digest)
        place, last = place >> 1, last >> 1
    return None if last else found


# -- an export -------------------------------------------------------------------------------------


class Export:
    """The files of an export, in a folder or in the zip."""

    def __init__(self, place: str) -> None:
        """Open it."""
        self.place = place
        self.zip = zipfile.ZipFile(place) if os.path.isfile(place) else None

    def open(self, name: str) -> IO[bytes]:
        """Open a file for reading bytes."""
        try:
            return self.zip.open(name) if self.zip else open(os.path.join(self.place, name), "rb")
        except (KeyError, OSError):
            raise Fault("%s is missing" % name)

    def text(self, name: str) -> str:
        """Read a file of text."""
        with self.open(name) as file:
            return file.read().decode("utf-8")

    def check_sums(self) -> None:
        """See that no file was damaged on its way."""
        lines = [line.partition("  ") for line in self.text("SHA256SUMS").splitlines()]
        if sorted(name for _, _, name in lines) != sorted(SUMMED):
            raise Fault("SHA256SUMS does not name the files of an export")
        for said, _, name in lines:
            found = hashlib.sha256()
            with self.open(name) as file:
                for part in iter(lambda: file.read(1 << 20), b""):
                    found.update(part)
            if found.hexdigest() != said:
                raise Fault("%s is not as it was made: its sum in SHA256SUMS is another" % name)


class Verification:
    """One export against itself, and against what the auditor kept."""

    def __init__(self, export: Export, key: Key | None, own: list[Note]) -> None:
        """``key`` and ``own`` checkpoints are the auditor's."""
        self.export, self.key, self.own = export, key, own
        self.manifest = json.loads(export.text("manifest.json"))
        self.tree = Tree(self.manifest["first_leaf"], map(bytes.fromhex, self.manifest["before"]))
        self.first_leaf = self.tree.size
        self.notes = list(notes_in(export.text("checkpoints/checkpoints.txt")))
        self.marks: dict[int, list[tuple[bytes, str]]] = {}
        for note in self.notes:
            self.mark(checkpoint_of(note[0]), "the seal", self.first_leaf)
        for note in own:
            self.mark(checkpoint_of(note[0]), "your checkpoint", 0)
        self.sealed = self.position = self.manifest["from"] - 1
        self.matched = 0

    def mark(self, checkpoint: tuple[str, int, bytes], whose: str, least: int) -> None:
        """Compare the tree with a checkpoint once it has that size."""
        if checkpoint[1] >= least:
            self.marks.setdefault(checkpoint[1], []).append((checkpoint[2], whose))

    def trusted_keys(self) -> dict[str, bytes]:
        """Give the keys that count: the auditor's, and those that it handed over to."""
        trusted: dict[str, bytes] = {}
        before: dict[str, bytes] = {}
        for item in self.manifest["keys"]:
            name, public = read_key(item["key"])
            signer = before.get(name)
            if signer is not None:
                notes = list(notes_in(item["handover"] or ""))
                said = "The next key of this log is\n%s\n" % item["key"]
                if [n[0] for n in notes] != [said] or not is_signed(notes[0], (name, signer)):
                    raise Fault("the key before did not sign for the next one")
            before[name] = public
            known = {self.key[1], *trusted.values()} if self.key else set()
            if public in known or signer in known:
                trusted[name] = public
        if self.key and not trusted:
            raise Fault("this log is not sealed by your key")
        return trusted

    def check_signatures(self) -> bool:
        """Verify the newest seals; give whether the newest one is by a key that counts."""
        trusted = self.trusted_keys()
        every = {read_key(item["key"]) for item in self.manifest["keys"]}
        for note in self.notes[-SIGNATURES_MAX:]:
            name = checkpoint_of(note[0])[0]
            if not any(is_signed(note, key) for key in every if key[0] == name):
                raise Fault("a seal is not signed by the key of this log")
        if not self.notes:
            return False
        newest = self.notes[-1]
        name = checkpoint_of(newest[0])[0]
        return name in trusted and is_signed(newest, (name, trusted[name]))

    def read_events(self) -> None:
        """Take each event into the tree, and compare where there is something to compare."""
        self.compare()
        with self.export.open("events.ndjson") as file:
            for number, line in enumerate(file, 1):  # bytes: split at line feeds and nothing else
                found = LINE.fullmatch(line)
                if not found:
                    raise Fault("line %d of events.ndjson is no event" % number)
                position, version = int(found.group(1)), int(found.group(3))
                originator, topic = bytes.fromhex(found.group(2).decode()), found.group(4)
                if position <= self.position:
                    raise Fault("position %d does not come after %d" % (position, self.position))
                leaf = leaf_of(position, originator, version, topic, found.group(6))
                if leaf.hex().encode() != found.group(5):
                    raise Fault("position %d: the event is another than its leaf" % position)
                self.position = position
                self.tree.append(leaf)
                self.compare()
        if self.tree.size - self.first_leaf != self.manifest["events"]:
            raise Fault("the manifest counts %d events" % self.manifest["events"])

    def compare(self) -> None:
        """Compare the root with what was said of a tree of this size."""
        for root, whose in self.marks.pop(self.tree.size, ()):
            if root != self.tree.root():
                raise Fault(
                    "%s over %d events has another root: between position %d and %d something"
                    " was changed, put in or taken out"
                    % (whose, self.tree.size, self.sealed + 1, self.position)
                )
            self.sealed = self.position
            self.matched += whose == "your checkpoint"

    def look_behind(self) -> list[int]:
        """Go on to the first seal after the export, whose leaves are not in it."""
        here = self.tree.size
        for level, digest in self.manifest["after"]:
            self.tree.append(bytes.fromhex(digest), level)
        if self.tree.size > here:
            if not any(whose == "the seal" for _, whose in self.marks.get(self.tree.size, ())):
                raise Fault("what the manifest says of later events ends at no seal")
            position, self.position = self.position, self.manifest["to"]
            self.compare()
            self.position = position
        for size in sorted(self.marks):
            if size > here and any(whose == "your checkpoint" for _, whose in self.marks[size]):
                raise Fault(
                    "your checkpoint covers %d events, this export ends after %d: the rest was cut"
                    " off, or was not asked for" % (size, here)
                )
            if size >= self.first_leaf and any(w == "the seal" for _, w in self.marks[size]):
                raise Fault("a seal covers %d events, the export has %d" % (size, here))
        return [size for size in self.marks if size < self.first_leaf]


def verify_export(
    place: str, key: Key | None, own: list[Note], say: Callable[[str], object] = print
) -> int:
    """Verify an export; give the exit code."""
    try:
        export = Export(place)
        export.check_sums()
        found = Verification(export, key, own)
        is_ours = found.check_signatures()
        found.read_events()
        events, tail = found.manifest["events"], found.position
        earlier = found.look_behind()
    except Fault as fault:
        say("FAULT: %s." % fault)
        return FAULT
    except (ValueError, KeyError, TypeError, OSError, zipfile.BadZipFile) as error:
        say("FAULT: this is no export, or a damaged one (%s: %s)." % (type(error).__name__, error))
        return FAULT
    say("%d events, up to position %d: each is what its leaf says." % (events, tail))
    seals = "1 seal fits" if len(found.notes) == 1 else "%d seals fit" % len(found.notes)
    say("%s to them, up to position %d." % (seals, found.sealed))
    if found.sealed < tail:
        say("After position %d nothing is sealed: no one vouches for it." % found.sealed)
    say("Tags of the writer are in tags.ndjson; to verify them takes the writer's key.")
    if is_ours:
        say("The newest seal is signed by your key, or by one that it handed over to.")
    for size in sorted(earlier):
        say("Your checkpoint over %d events is of a time before this export: not compared." % size)
    if found.matched:
        say("%d of your checkpoints fit: what they cover was not changed since." % found.matched)
    if is_ours and found.matched:
        say("PROVEN: every event up to position %d is as it was when it was sealed." % found.sealed)
        return PROVEN
    missing = [] if key else ["the seal's key, from those who hold it (--key)"]
    missing += [] if found.matched else ["a checkpoint that you kept earlier (--checkpoint)"]
    say("NOT PROVEN: consistent with itself; who wrote it is not proven.")
    for each in missing:
        say("Missing: %s." % each)
    return NOT_PROVEN


def verify_proof(text: str, key: Key | None, say: Callable[[str], object] = print) -> int:
    """Verify a proof of one event; give the exit code."""
    try:
        head, _, checkpoint = text.partition("\n\n")
        lines = head.split("\n")
        leaf, index = decoded(lines[1][len("extra ") :]), int(lines[2][len("index ") :])
        (note,) = notes_in(checkpoint)
        origin, size, root = checkpoint_of(note[0])
        found = root_by_path(hashlib.sha256(leaf).digest(), index, size, map(decoded, lines[3:]))
        position, originator, version, length = struct.unpack_from(">xQ16sQI", leaf)
        topic = leaf[37 : 37 + length].decode()
        if found != root:
            raise Fault("the path does not lead to the checkpoint")
        if key and not is_signed(note, (origin, key[1])):
            raise Fault("the checkpoint is not signed by your key")
    except Fault as fault:
        say("FAULT: %s." % fault)
        return FAULT
    except (ValueError, IndexError, struct.error, UnicodeDecodeError) as error:
        say("FAULT: this is no proof, or a damaged one (%s)." % type(error).__name__)
        return FAULT
    say("%s, version %d of %s, position %d:" % (topic, version, originator.hex(), position))
    say("  %s" % leaf[41 + length :].decode("utf-8", "replace"))
    say("It is event %d of the %d that the checkpoint of %s covers." % (index + 1, size, origin))
    say("PROVEN: your key signed it." if key else "NOT PROVEN: who signed it is not known (--key).")
    return PROVEN if key else NOT_PROVEN


def main(arguments: list[str] | None = None) -> int:
    """Read the command line."""
    words = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    words.add_argument("place", metavar="DIR", nargs="?", default=".")
    words.add_argument("--key", metavar="FILE")
    words.add_argument("--checkpoint", metavar="FILE", action="append", default=[])
    asked = words.parse_args(arguments)
    try:
        key = None
        if asked.key:
            with open(asked.key, encoding="utf-8") as file:
                key = read_key(file.read())
        own = []
        for name in asked.checkpoint:
            with open(name, encoding="utf-8") as file:
                found = list(notes_in(file.read()))
            if not found:
                words.error("%s holds no checkpoint" % name)
            own += found
        if os.path.isfile(asked.place) and not zipfile.is_zipfile(asked.place):
            with open(asked.place, encoding="utf-8") as file:
                return verify_proof(file.read(), key)
    except (OSError, UnicodeDecodeError, Fault) as error:
        words.error(str(error))
    return verify_export(asked.place, key, own)


if __name__ == "__main__":
    sys.exit(main())
