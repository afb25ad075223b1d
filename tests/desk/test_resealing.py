"""A new key for sealed fields: nothing is lost, nothing stays under the old one, and it may be interrupted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from desk import keys, personal, resealing, second_factor, tickets
from desk.errors import KeysRefused, PersonalDataUnreadable
from desk.keys import KeyFile
from desk.personal import Seal
from desk.store import Store, open_store, persons
from desk.store.tables import metadata
from desk.store.tables import tickets as ticket_table
from tests.factories import SECRET, make_conversation, make_ticket

# A column that is sealed, by the name all such columns have.
SEALED_NAME = "_sealed"


@pytest.fixture(autouse=True)
def _quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resealing, "LOOK_AGAIN", 0.0)
    monkeypatch.setattr(personal, "LOOK_AGAIN", 0.0)


@pytest.fixture
def file(tmp_path: Path) -> KeyFile:
    return KeyFile(tmp_path / "field.keys", SECRET)


@pytest.fixture
def keyed(database_url: str, file: KeyFile) -> Iterator[Store]:
    store = open_store(database_url, keys=file)
    yield store
    store.close()


def sealed_values(store: Store) -> list[str]:
    columns = [
        ticket_table.c[name] for name in ("name_sealed", "phone_sealed", "address_sealed", "code_sealed")
    ]
    with store.read() as tx:
        return [value for row in tx.connection.execute(select(*columns)) for value in row]


def test_every_sealed_column_is_known_to_the_rotation() -> None:
    found = {
        (table.name, column.name)
        for table in metadata.tables.values()
        for column in table.columns
        if column.name.endswith(SEALED_NAME)
    }
    known = {(sealed.table.name, name) for sealed in persons.SEALED for name in sealed.places}
    assert found == known, "name it in desk/store/persons.py (SEALED), or it is lost with the old key"


def test_after_a_rotation_the_new_key_alone_opens_everything(keyed: Store, file: KeyFile) -> None:
    talk = make_conversation(keyed).id
    made = [make_ticket(keyed, conversation_id=talk, story=f"第{n}件事，钱没退。") for n in range(450)]
    told: list[tuple[int, int]] = []
    done = resealing.rotate(keyed, file, progress=lambda count, total: told.append((count, total)))
    assert (done.count, done.unreadable) == (450, ())
    assert told == [(200, 450), (400, 450), (450, 450)]
    assert len(file()) == 1
    assert file()[0] != SECRET
    assert all(value.startswith(f"v2.{keyed.seal.current}.") for value in sealed_values(keyed))
    assert tickets.reveal(keyed, made[7].number, by="s_1", purpose="desk").name == "王小明"
    assert tickets.by_number(keyed, made[7].number, made[7].code).number == made[7].number
    with pytest.raises(PersonalDataUnreadable):
        Seal(SECRET).open(sealed_values(keyed)[0], f"ticket:{made[0].number}:name")


def test_name_and_phone_are_found_before_while_and_after(keyed: Store, file: KeyFile) -> None:
    old = make_ticket(keyed)
    file.add()
    new = make_ticket(keyed, story="第二件，另一家店。")
    both = {old.number, new.number}
    for _ in range(2):
        for asked in ({"phone": "+86 138-1234-1234"}, {"name": "王 小明"}):
            assert {ticket.number for ticket in tickets.list_tickets(keyed, **asked)} == both
        assert {ticket.number for ticket in tickets.related(keyed, new.number).by_phone} == {old.number}
        resealing.rotate(keyed, file)
    assert not tickets.list_tickets(keyed, name="王小")


def test_an_interrupted_rotation_goes_on_where_it_was(
    keyed: Store, file: KeyFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resealing, "BATCH", 2)
    talk = make_conversation(keyed).id
    for n in range(7):
        make_ticket(keyed, conversation_id=talk, story=f"第{n}件事，钱没退。")

    def break_off(count: int, total: int) -> None:
        if count >= 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        resealing.rotate(keyed, file, progress=break_off)
    begun = file()
    assert len(begun) == 2
    assert len(tickets.list_tickets(keyed)) == 7
    assert all(ticket.name == "王**" for ticket in tickets.list_tickets(keyed))
    assert resealing.rotate(keyed, file).count == 3
    assert file() == begun[:1]


def test_what_cannot_be_opened_keeps_the_old_key_and_is_named(keyed: Store, file: KeyFile) -> None:
    made = make_ticket(keyed)
    lost = make_ticket(keyed, story="第二件，另一家店。")
    with keyed.write() as tx:
        broken = {"name_sealed": Seal("somebody else's").close("谁", "p")}
        tx.connection.execute(
            ticket_table.update().where(ticket_table.c.number == lost.number).values(**broken)
        )
    done = resealing.rotate(keyed, file)
    assert done.unreadable == (f"tickets {lost.number}",)
    assert len(file()) == 2
    assert tickets.reveal(keyed, made.number, by="s_1", purpose="desk").phone == "13812341234"


def test_a_process_that_runs_already_learns_of_the_new_key(
    keyed: Store, file: KeyFile, database_url: str, tmp_path: Path
) -> None:
    other = open_store(database_url, keys=KeyFile(tmp_path / "field.keys", SECRET))
    first = make_ticket(other)
    resealing.rotate(keyed, file)
    assert tickets.reveal(other, first.number, by="s_1", purpose="desk").name == "王小明"
    second = make_ticket(other, story="第二件，另一家店。")
    assert tickets.reveal(keyed, second.number, by="s_1", purpose="desk").name == "王小明"
    assert resealing.remaining(keyed) == 0
    other.close()


def test_a_second_factor_survives_a_rotation(keyed: Store, file: KeyFile) -> None:
    import pyotp

    from tests.factories import NOW, make_staff

    member, secret = make_staff(keyed), second_factor.new_secret()
    second_factor.set_up(keyed, member.id, secret=secret, code=pyotp.TOTP(secret).at(NOW), at=NOW)
    resealing.rotate(keyed, file)
    later = NOW.replace(minute=NOW.minute + 2)
    assert second_factor.check(keyed, member.id, pyotp.TOTP(secret).at(later), at=later).id == member.id


def test_values_from_before_keys_had_names_still_open(file: KeyFile) -> None:
    seal = Seal(keys=file)
    old = seal.close("王小明", "p")
    first_form = "v1." + old.rsplit(".", 1)[1]
    file.add()
    assert seal.open(first_form, "p") == "王小明"
    assert not seal.is_current(first_form)


def test_the_file_of_keys_is_its_owners_only(file: KeyFile, tmp_path: Path) -> None:
    file.add()
    assert (tmp_path / "field.keys").stat().st_mode & 0o077 == 0


def test_short_keys_in_the_setting_are_refused(tmp_path: Path) -> None:
    import settings

    base = {"WEIQUAN_HOME": str(tmp_path)}
    with pytest.raises(KeysRefused):
        keys.of(settings.load({**base, "WEIQUAN_FIELD_KEYS": "short"}))
    two = f"{'n' * 40},{'o' * 40}"
    assert keys.of(settings.load({**base, "WEIQUAN_FIELD_KEYS": two}))() == ("n" * 40, "o" * 40)
