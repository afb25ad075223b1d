"""Staff: let in with the right password, kept out after wrong ones, allowed what their roles allow."""

from __future__ import annotations

from datetime import timedelta

import pytest

from desk import history, passwords, staff
from desk.errors import (
    AccountLocked,
    LoginRefused,
    PasswordRefused,
    StaffNotFound,
    StaffRefused,
    UsernameTaken,
)
from desk.roles import PERMISSIONS, Permission, Role
from desk.store import Store
from tests.factories import NOW, PASSWORD, make_staff

MINUTE = timedelta(minutes=1)


def wrong(store: Store, username: str, times: int) -> None:
    for _ in range(times):
        with pytest.raises(LoginRefused):
            staff.authenticate(store, username, "wrong password", at=NOW)


def test_demo_accounts_are_made_once_one_for_each_role(store: Store) -> None:
    made = staff.create_demo(store)
    assert [username for username, _ in made] == [role.value for role in Role]
    assert len({password for _, password in made}) == len(Role)
    assert staff.create_demo(store) == []
    username, password = made[0]
    member = staff.authenticate(store, username, password)
    assert (member.roles, member.must_change_password) == ((Role.ADMINISTRATOR,), True)
    assert member.permissions == frozenset(), "nothing before the password is changed"
    with store.read() as tx:
        stored = repr(tx.connection.exec_driver_sql("SELECT * FROM staff").all())
        stored += repr(tx.connection.exec_driver_sql("SELECT * FROM history").all())
    assert not any(password in stored for _, password in made)


def test_a_store_with_staff_gets_no_demo_accounts(store: Store) -> None:
    make_staff(store)
    assert staff.create_demo(store) == []
    assert len(staff.everyone(store)) == 1


def test_the_one_time_password_gives_way_to_ones_own(store: Store) -> None:
    made, one_time = staff.create(store, username="li.hua", name="李华", roles=[Role.OFFICER], by="s_a")
    changed = staff.change_password(store, made.id, old=one_time, new=PASSWORD)
    assert changed.must_change_password is False
    assert changed.epoch == made.epoch + 1, "older sessions end"
    assert staff.authenticate(store, " Li.Hua ", PASSWORD).id == made.id
    with pytest.raises(LoginRefused):
        staff.authenticate(store, "li.hua", one_time)
    events = [event.event for event in history.of(store, made.id)]
    assert events == ["staff:account:create", "staff:password:change", "staff:login:accept"]


def test_who_is_refused_does_not_learn_why(store: Store) -> None:
    member = make_staff(store, username="known", password=PASSWORD)
    make_staff(store, role=Role.ADMINISTRATOR)
    staff.set_active(store, member.id, False, by="s_a")
    said = []
    for username, password in (("unknown", PASSWORD), ("known", "wrong"), ("known", PASSWORD), ("", "")):
        with pytest.raises(LoginRefused) as refused:
            staff.authenticate(store, username, password)
        said.append(str(refused.value))
    assert len(set(said)) == 1


@pytest.mark.parametrize(
    "username",
    ["known", "unknown", "'; DROP TABLE staff; --", "\x00", "名" * 500],
    ids=["known", "unknown", "statement", "nul", "long"],
)
def test_five_failures_lock_a_name_for_a_quarter_of_an_hour(store: Store, username: str) -> None:
    make_staff(store, username="known", password=PASSWORD)
    wrong(store, username, 5)
    with pytest.raises(AccountLocked) as locked:
        staff.authenticate(store, username, PASSWORD, at=NOW + 14 * MINUTE)
    assert locked.value.until == NOW + 15 * MINUTE
    if username == "known":
        assert staff.authenticate(store, username, PASSWORD, at=NOW + 15 * MINUTE)


def test_a_success_forgives_the_failures_before(store: Store) -> None:
    make_staff(store, username="known", password=PASSWORD)
    for _ in range(2):
        wrong(store, "known", 4)
        staff.authenticate(store, "known", PASSWORD, at=NOW)


def test_old_failures_are_forgotten(store: Store) -> None:
    make_staff(store, username="known", password=PASSWORD)
    wrong(store, "known", 4)
    with pytest.raises(LoginRefused):
        staff.authenticate(store, "known", "wrong", at=NOW + timedelta(days=2))
    assert staff.authenticate(store, "known", PASSWORD, at=NOW + timedelta(days=2))


def test_guessing_the_old_password_is_counted_too(store: Store) -> None:
    member = make_staff(store, password=PASSWORD)
    for _ in range(5):
        with pytest.raises(PasswordRefused):
            staff.change_password(store, member.id, old="wrong", new="another good one", at=NOW)
    with pytest.raises(AccountLocked):
        staff.change_password(store, member.id, old=PASSWORD, new="another good one", at=NOW)


@pytest.mark.parametrize(
    ("password", "rule"),
    [
        ("short1!", "short"),
        ("x1" * 65, "long"),
        ("aaaaaaaaaaaa", "simple"),
        ("2847592847", "simple"),
        ("Password123456", "known"),
        ("ADMIN20261121", "known"),
        ("my-li.hua-key", "username"),
        (PASSWORD, "same"),
    ],
)
def test_a_weak_password_is_refused_by_its_rule(store: Store, password: str, rule: str) -> None:
    member = make_staff(store, username="li.hua", password=PASSWORD)
    with pytest.raises(PasswordRefused) as refused:
        staff.change_password(store, member.id, old=PASSWORD, new=password)
    assert refused.value.rule == rule
    assert staff.authenticate(store, "li.hua", PASSWORD).id == member.id


def test_one_time_passwords_are_good_ones() -> None:
    made = {passwords.one_time() for _ in range(50)}
    assert len(made) == 50
    for password in made:
        passwords.check(password, username="li.hua")


def test_a_reset_password_ends_sessions_and_the_lock(store: Store) -> None:
    member = make_staff(store, username="known", password=PASSWORD)
    wrong(store, "known", 5)
    one_time = staff.reset_password(store, member.id, by="s_a")
    again = staff.authenticate(store, "known", one_time, at=NOW)
    assert again.must_change_password
    assert again.epoch > member.epoch


@pytest.mark.parametrize(
    ("wanted", "rule"),
    [
        ({"username": "Li Hua"}, "username"),
        ({"username": "李华"}, "username"),
        ({"name": " "}, "name"),
        ({"roles": []}, "roles"),
        ({"roles": ["king"]}, "roles"),
    ],
    ids=["space", "not ASCII", "no name", "no role", "unknown role"],
)
def test_an_unfit_account_is_refused(store: Store, wanted: dict[str, object], rule: str) -> None:
    account: dict[str, object] = {"username": "li.hua", "name": "李华", "roles": [Role.OFFICER], **wanted}
    with pytest.raises(StaffRefused) as refused:
        staff.create(store, by="s_a", **account)  # type: ignore[arg-type]
    assert refused.value.rule == rule


def test_a_username_is_given_once(store: Store) -> None:
    make_staff(store, username="li.hua")
    with pytest.raises(UsernameTaken):
        make_staff(store, username="li.hua")


def test_the_last_administrator_stays(store: Store) -> None:
    last = make_staff(store, role=Role.ADMINISTRATOR)
    with pytest.raises(StaffRefused):
        staff.set_active(store, last.id, False, by=last.id)
    with pytest.raises(StaffRefused):
        staff.set_roles(store, last.id, [Role.OFFICER], by=last.id)
    assert staff.get(store, last.id).active
    make_staff(store, role=Role.ADMINISTRATOR)
    assert staff.set_active(store, last.id, False, by=last.id).permissions == frozenset()


def test_nobody_unknown_is_changed(store: Store) -> None:
    make_staff(store, role=Role.ADMINISTRATOR)
    for act in (
        lambda: staff.get(store, "s_none"),
        lambda: staff.set_active(store, "s_none", True, by="s_a"),
        lambda: staff.reset_password(store, "s_none", by="s_a"),
    ):
        with pytest.raises(StaffNotFound):
            act()


def test_roles_add_up(store: Store) -> None:
    both = make_staff(store, roles=[Role.CURATOR, Role.MEDIATOR])
    assert both.permissions == PERMISSIONS[Role.CURATOR] | PERMISSIONS[Role.MEDIATOR]
    assert both.can(Permission.CASE_EDIT)
    assert not both.can(Permission.STAFF_MANAGE)


def test_every_permission_belongs_to_someone_and_every_role_has_some() -> None:
    assert set(PERMISSIONS) == set(Role)
    assert all(PERMISSIONS.values())
    assert frozenset().union(*PERMISSIONS.values()) == frozenset(Permission)


def test_who_writes_cases_does_not_pass_them_and_who_keeps_accounts_reads_no_one() -> None:
    for role, granted in PERMISSIONS.items():
        assert not {Permission.CASE_EDIT, Permission.CASE_REVIEW} <= granted, role
    assert Permission.PERSONAL_READ not in PERMISSIONS[Role.ADMINISTRATOR]
