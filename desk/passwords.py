"""Passwords: which are good enough, how they are hashed, and one-time ones. No storage here."""

from __future__ import annotations

import secrets
import unicodedata
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

from .errors import PasswordRefused

SHORTEST = 10
LONGEST = 128
GUESSED = 72  # characters looked at when judging how easily it is guessed
LEAST_GUESSES = 10**9  # that a guesser who knows people would need
# Syllables of names, places and the trade that are tried first here and that the library does not know.
GUESSED_WORDS = Path(__file__).with_name("guessed_words.txt").read_text("utf-8").split()
FEWEST_DIFFERENT = 5
# Letters and digits that cannot be mistaken for one another when read from paper.
EASY_TO_READ = "abcdefghjkmnpqrstuvwxyz23456789"
# Roots of the passwords that are tried first; one of these with digits around it is refused.
KNOWN = frozenset(
    {
        "password",
        "passw0rd",
        "qwerty",
        "qwertyuiop",
        "admin",
        "administrator",
        "weiquan",
        "woaini",
        "iloveyou",
    }
    | {"letmein", "welcome", "abc", "asdfgh", "asdfghjkl", "root", "test", "changeme", "zhongguo", "mima"}
)

# OWASP's second choice for argon2id: strong enough, and forty logins at once do not eat the memory.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_nobody = _hasher.hash(secrets.token_hex(16))


def check(password: str, *, username: str) -> None:
    """Return if the password is good enough; PasswordRefused names the broken rule.

    Rules: short (10 characters), long (128), simple (five different characters at least), known
    (a common word dressed in digits), username (contains it), guessable (common words and patterns).
    """
    plain = normal(password)
    if len(plain) < SHORTEST:
        raise PasswordRefused("short")
    if len(plain) > LONGEST:
        raise PasswordRefused("long")
    folded = plain.casefold()
    if username.casefold() in folded:
        raise PasswordRefused("username")
    core = folded.strip("0123456789!@#$%^&*._-+= ")
    if core in KNOWN:
        raise PasswordRefused("known")
    if len(set(folded)) < FEWEST_DIFFERENT or not core:
        raise PasswordRefused("simple")
    if zxcvbn(folded[:GUESSED], user_inputs=[username, *GUESSED_WORDS])["guesses"] < LEAST_GUESSES:
        raise PasswordRefused("guessable")


def hashed(password: str) -> str:
    """Return the argon2id hash of a password."""
    return _hasher.hash(normal(password))


def fits(stored_hash: str | None, password: str) -> bool:
    """Tell whether the password belongs to the hash; takes as long when there is no hash."""
    try:
        return _hasher.verify(stored_hash or _nobody, normal(password)) and stored_hash is not None
    except (VerificationError, InvalidHashError):
        return False


def needs_rehash(stored_hash: str) -> bool:
    """Tell whether the hash was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(stored_hash)


def one_time() -> str:
    """Return a random password a person can copy from paper, good for one login."""
    groups = ("".join(secrets.choice(EASY_TO_READ) for _ in range(4)) for _ in range(4))
    return "-".join(groups)


def normal(password: str) -> str:
    """Return the password as hashed: one Unicode form, at most a few times the longest allowed."""
    return unicodedata.normalize("NFKC", password[: 4 * LONGEST])
