"""Notes, keys and checkpoints: the examples of the C2SP texts, and what is refused."""

import subprocess
from pathlib import Path
from typing import Final

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from adapters.security.signing import Ed25519Key, is_signature
from domain.proof.notes import BadNote, Checkpoint, KeyKind, Note, SealKey, notes_in
from domain.proof.receipts import Receipt
from domain.values import SECOND, Instant

EXAMPLE_KEY: Final = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
EXAMPLE: Final = (
    "This is an example message.\n\n"
    "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXm"
    "RKuwHjG1Yu72IneyaQM=\n"
)
"""Of C2SP's signed-note."""
WITNESSED: Final = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv"
    "2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
    "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2"
    "oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
)
"""Of C2SP's tlog-cosignature."""
CHECKPOINT: Final = Checkpoint("ngoma/ab/1", 1_000, bytes(range(32)))
AT: Final = Instant(1_765_000_000_900_000)


@pytest.fixture(scope="module")
def private() -> Ed25519Key:
    return Ed25519Key(Ed25519PrivateKey.from_private_bytes(bytes(32)))


def _sealed(private: Ed25519Key) -> tuple[Note, SealKey]:
    key = private.named(CHECKPOINT.origin)
    return Note.signed(str(CHECKPOINT), key, private.sign, at=AT), key


def test_the_published_key_verifies_the_published_note() -> None:
    key, note = SealKey.read(EXAMPLE_KEY), Note.read(EXAMPLE)
    assert str(key) == EXAMPLE_KEY
    assert str(note) == EXAMPLE
    assert note.is_signed_by(key, is_signature)
    assert not Note(note.text + " ", note.signatures).is_signed_by(key, is_signature)


def test_the_published_checkpoint_is_read_with_the_time_of_its_witness() -> None:
    note = Note.read(WITNESSED)
    found = Checkpoint.read(note.text)
    assert (found.origin, found.size) == ("example.com/behind-the-sofa", 20_852_163)
    assert str(found) == note.text
    assert str(note) == WITNESSED
    _, key_id, signature = note.signatures[1]
    assert int.from_bytes(signature[:8], "big") == 1_679_315_147
    assert key_id.hex() == "8d66cf3f"


def test_what_we_sign_says_when_and_is_verified_by_its_key_alone(private: Ed25519Key) -> None:
    note, key = _sealed(private)
    assert note.is_signed_by(key, is_signature)
    assert note.signed_at(key) == AT - 900_000
    assert Checkpoint.read(Note.read(str(note)).text) == CHECKPOINT
    other = SealKey(key.name, Ed25519Key(Ed25519PrivateKey.generate()).public)
    assert not note.is_signed_by(other, is_signature)
    assert not note.is_signed_by(SealKey("ngoma/ab/2", key.public), is_signature)
    assert note.signed_at(other) is None


def test_a_time_that_was_changed_breaks_the_note(private: Ed25519Key) -> None:
    note, key = _sealed(private)
    plain, (name, key_id, signed) = note.signatures
    later = (AT // SECOND + 60).to_bytes(8, "big") + signed[8:]
    assert not Note(note.text, (plain, (name, key_id, later))).is_signed_by(key, is_signature)


def test_a_note_needs_its_plain_signature_and_may_have_those_of_others(
    private: Ed25519Key,
) -> None:
    note, key = _sealed(private)
    plain, timed = note.signatures
    stranger = ("witness.example", b"abcd", bytes(64))
    assert Note(note.text, (stranger, plain)).is_signed_by(key, is_signature)
    assert not Note(note.text, (timed,)).is_signed_by(key, is_signature)


def test_the_two_kinds_of_signature_have_ids_of_their_own(private: Ed25519Key) -> None:
    key = private.named("ngoma/ab/1")
    assert key.id_of(KeyKind.PLAIN) != key.id_of(KeyKind.TIMED)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no signature\n",
        "a\n\n— name\n",
        "a\n\n— name !!!!\n",
        "a\n\n- name AAAAAAAA\n",
        "a\n\n— name AAAA\n",
        EXAMPLE.removesuffix("\n"),
    ],
)
def test_what_is_no_note_is_refused(text: str) -> None:
    with pytest.raises(BadNote):
        Note.read(text)


@pytest.mark.parametrize(
    "text",
    [
        "a\n1\n",
        "a\n01\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
        "a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J=\n",
        "a\n1\nAAAA\n",
        "a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\ntime 5\n",
        "\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(BadNote):
        Checkpoint.read(text)


@pytest.mark.parametrize(
    "text", ["", "a+b", EXAMPLE_KEY.replace("530d", "530e"), EXAMPLE_KEY[:-4], "a b+0+AA=="]
)
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(BadNote):
        SealKey.read(text)


def test_many_notes_stand_one_after_the_other(private: Ed25519Key) -> None:
    note, _ = _sealed(private)
    both = f"{note}\n{EXAMPLE}\n"
    assert list(map(str, notes_in(both))) == [str(note), EXAMPLE]
    assert list(notes_in(f"junk\n\n{note}")) == [note]


def test_a_proof_is_written_as_the_text_has_it(private: Ed25519Key) -> None:
    note, _ = _sealed(private)
    receipt = Receipt(b"\x00leaf", 5, [bytes(32), bytes(32)], str(note))
    zeros = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
    assert str(receipt) == (
        f"c2sp.org/tlog-proof@v1\nextra AGxlYWY=\nindex 5\n{zeros}\n{zeros}\n\n{note}"
    )


def test_openssl_verifies_a_checkpoint(private: Ed25519Key, tmp_path: Path) -> None:
    note, key = _sealed(private)
    public = Ed25519PublicKey.from_public_bytes(key.public)
    (tmp_path / "key.pem").write_bytes(
        public.public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )
    (tmp_path / "signature").write_bytes(note.signatures[0][2])

    def verified(text: str) -> bool:
        (tmp_path / "text").write_text(text, encoding="utf-8")
        command = "openssl pkeyutl -verify -pubin -inkey key.pem -rawin -in text -sigfile signature"
        done = subprocess.run(command.split(), cwd=tmp_path, capture_output=True, check=False)
        return done.returncode == 0

    assert verified(note.text)
    assert not verified(note.text.replace("1000", "1001"))
