"""Second factors, sessions and invitations: each lets in whom it should, once, and for as long as it should."""

from __future__ import annotations

from datetime import timedelta

import pyotp
import pytest

from desk import history, invitations, passwords, second_factor, sessions, staff
from desk.errors import (
    AccountLocked,
    InvitationNotFound,
    PasswordRefused,
    SecondFactorRefused,
    StaffRefused,
    UsernameTaken,
)
from desk.roles import Role
from desk.sessions import Limits
from desk.store import Store
from desk.store import staff as rows
from tests.factories import NOW, make_staff

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
STEP = timedelta(seconds=30)
LIMITS = Limits(timedelta(hours=8), timedelta(minutes=30))


def code(at=NOW) -> str:
    return pyotp.TOTP(SECRET).at(at)


@pytest.fixture
def member(store: Store) -> staff.Staff:
    return make_staff(store)


def bound(store: Store, member: staff.Staff) -> list[str]:
    return second_factor.set_up(store, member.id, secret=SECRET, code=code(), at=NOW)


def test_the_secret_is_sealed_and_recovery_codes_are_only_hashes(store: Store, member: staff.Staff) -> None:
    given = bound(store, member)
    with store.read() as tx:
        row = rows.by_id(tx.connection, member.id)
    assert SECRET not in row["totp_sealed"]
    assert store.seal.open(row["totp_sealed"], second_factor.place(member.id)) == SECRET
    assert len(row["recovery"]) == len(given) == 8
    assert not set(given) & set(row["recovery"])
    assert staff.get(store, member.id).has_second_factor


def test_each_code_works_once_and_only_around_its_time(store: Store, member: staff.Staff) -> None:
    bound(store, member)
    for wrong in (code(), code(NOW - STEP), code(NOW + 5 * STEP), "000000", "", "１２３"):
        with pytest.raises(SecondFactorRefused):
            second_factor.check(store, member.id, wrong, at=NOW)
        with store.write() as tx:
            rows.forget_failures(tx.connection, username=member.username)
    soon = NOW + 2 * STEP
    spaced = f"{code(soon)[:3]} {code(soon)[3:]}"
    assert second_factor.check(store, member.id, spaced, at=soon).id == member.id
    with pytest.raises(SecondFactorRefused):
        second_factor.check(store, member.id, code(soon), at=soon)


def test_a_recovery_code_works_once_however_it_is_typed(store: Store, member: staff.Staff) -> None:
    first, second = bound(store, member)[:2]
    second_factor.check(store, member.id, first.upper().replace("-", " "), at=NOW)
    assert second_factor.codes_left(store, member.id) == 7
    with pytest.raises(SecondFactorRefused):
        second_factor.check(store, member.id, first, at=NOW)
    second_factor.check(store, member.id, second, at=NOW)
    assert [e.detail["left"] for e in history.of(store, member.id) if "recovery" in e.event] == [7, 6]


def test_guessing_codes_locks_the_account(store: Store, member: staff.Staff) -> None:
    bound(store, member)
    for _ in range(5):
        with pytest.raises(SecondFactorRefused):
            second_factor.check(store, member.id, "000000", at=NOW)
    with pytest.raises(AccountLocked):
        second_factor.check(store, member.id, code(NOW + 2 * STEP), at=NOW + 2 * STEP)


def test_a_factor_is_not_replaced_by_whoever_has_the_session(store: Store, member: staff.Staff) -> None:
    bound(store, member)
    with pytest.raises(SecondFactorRefused) as refused:
        second_factor.set_up(store, member.id, secret=second_factor.new_secret(), code="1", at=NOW)
    assert refused.value.rule == "wrong"
    other = second_factor.new_secret()
    with pytest.raises(SecondFactorRefused) as refused:
        second_factor.set_up(store, member.id, secret=other, code=pyotp.TOTP(other).at(NOW), at=NOW)
    assert refused.value.rule == "present"


def test_taking_a_factor_off_ends_the_sessions(store: Store, member: staff.Staff) -> None:
    bound(store, member)
    epoch = staff.get(store, member.id).epoch
    second_factor.remove(store, member.id, by="s_admin", at=NOW)
    after = staff.get(store, member.id)
    assert (after.has_second_factor, after.epoch) == (False, epoch + 1)
    with pytest.raises(SecondFactorRefused) as refused:
        second_factor.check(store, member.id, code(), at=NOW)
    assert refused.value.rule == "missing"


def test_a_session_ends_by_age_and_by_idleness_and_waiting_pages_do_not_keep_it(store: Store) -> None:
    secret = sessions.begin(store, "s_1", device="Windows · Edge", at=NOW)

    def at(minutes: float, *, used: bool = True):
        return sessions.current(store, secret, LIMITS, used=used, at=NOW + timedelta(minutes=minutes))

    assert at(20).device == "Windows · Edge"
    assert at(45, used=False) is not None  # 25 minutes after the last click
    assert at(51, used=False) is None
    assert at(52) is None, "what has ended does not come back"
    long = sessions.begin(store, "s_1", at=NOW)
    moment = NOW
    while moment - NOW <= LIMITS.whole:
        assert sessions.current(store, long, LIMITS, at=moment)
        moment += timedelta(minutes=25)
    assert sessions.current(store, long, LIMITS, at=moment) is None


def test_sessions_are_ended_one_by_one_or_all(store: Store) -> None:
    secrets = [sessions.begin(store, "s_1", at=NOW + timedelta(seconds=n)) for n in range(3)]
    sessions.begin(store, "s_2", at=NOW)
    assert len(sessions.of_member(store, "s_1", LIMITS, at=NOW)) == 3
    sessions.end(store, sessions.digest_of(secrets[0]))
    assert sessions.current(store, secrets[0], LIMITS, at=NOW) is None
    assert sessions.current(store, secrets[1], LIMITS, at=NOW)
    sessions.end_all(store, "s_1")
    assert sessions.of_member(store, "s_1", LIMITS, at=NOW) == []
    assert len(sessions.of_member(store, "s_2", LIMITS, at=NOW)) == 1


def test_the_store_knows_no_session_secret(store: Store) -> None:
    secret = sessions.begin(store, "s_1", at=NOW)
    assert sessions.current(store, sessions.digest_of(secret), LIMITS, at=NOW) is None


def invited(store: Store, **change) -> invitations.Invitation:
    given = {"username": "wang.fang", "name": "王芳", "roles": [Role.OFFICER], "by": "s_admin", **change}
    return invitations.invite(store, **{"lasts": timedelta(hours=72), "at": NOW, **given})


def test_an_invitation_makes_the_account_it_promised_once(store: Store) -> None:
    made = invited(store, roles=[Role.OFFICER, Role.MEDIATOR])
    assert [found.id for found in invitations.waiting(store, at=NOW)] == [made.id]
    member = invitations.accept(store, made.id, password="wind over seven bridges", at=NOW)
    assert (member.username, member.name) == ("wang.fang", "王芳")
    assert member.roles == (Role.OFFICER, Role.MEDIATOR)
    assert member.offices == ("local",)
    assert staff.authenticate(store, "wang.fang", "wind over seven bridges", at=NOW).id == member.id
    assert invitations.waiting(store, at=NOW) == []
    with pytest.raises(InvitationNotFound):
        invitations.accept(store, made.id, password="wind over seven bridges", at=NOW)


def test_an_invitation_ends_by_time_and_by_being_withdrawn(store: Store) -> None:
    made = invited(store)
    late = NOW + timedelta(hours=72)
    with pytest.raises(InvitationNotFound):
        invitations.get(store, made.id, at=late)
    assert invitations.get(store, made.id, at=late - timedelta(seconds=1)).name == "王芳"
    invitations.withdraw(store, made.id, by="s_admin", at=NOW)
    with pytest.raises(InvitationNotFound):
        invitations.accept(store, made.id, password="wind over seven bridges", at=NOW)
    assert staff.everyone(store) == []


def test_a_weak_password_leaves_the_invitation_as_it_was(store: Store) -> None:
    made = invited(store)
    with pytest.raises(PasswordRefused):
        invitations.accept(store, made.id, password="wangfang123", at=NOW)
    assert staff.everyone(store) == []
    assert invitations.get(store, made.id, at=NOW).id == made.id


def test_nobody_is_invited_to_what_cannot_be(store: Store) -> None:
    member = make_staff(store)
    with pytest.raises(UsernameTaken):
        invited(store, username=member.username)
    for unfit in ({"roles": []}, {"roles": ["king"]}, {"offices": ["moon"]}, {"username": "王芳"}):
        with pytest.raises(StaffRefused):
            invited(store, **unfit)
    assert invitations.waiting(store, at=NOW) == []


@pytest.mark.parametrize(
    "weak", ["qwertyuiop12", "1q2w3e4r5t6y", "woaini5201314", "zhangwei1990", "abcabcabcabc"]
)
def test_passwords_that_are_guessed_first_are_refused(weak: str) -> None:
    with pytest.raises(PasswordRefused):
        passwords.check(weak, username="li.na")


@pytest.mark.parametrize("good", ["wind over seven bridges", "金山石化街道的早市真热闹", "kx7-Vm2!qd-93s"])
def test_passwords_nobody_guesses_are_taken(good: str) -> None:
    passwords.check(good, username="li.na")
