"""Files made to hurt: refused in plain words, or kept and shown without anything in them running."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import requests

from desk import evidence, pdf_pages, tickets
from desk.errors import EvidenceNotFound, UnsupportedEvidence
from desk.staff import Role

from .browser import Screen, chromium
from .hostile_files import SCRIPT, UPLOADS, pdf, pdf_of_a_huge_page, pdf_with_script
from .site import CSRF, Site

REFUSED = [name for name, (_, _, status, _) in UPLOADS.items() if status != 200]
KEPT = [name for name, (_, _, status, _) in UPLOADS.items() if status == 200]
CHINESE = re.compile("[\u4e00-\u9fff]{4}")


def _files(home: Path) -> list[Path]:
    return [path for path in (home / "evidence").rglob("*") if path.is_file()]


@pytest.mark.parametrize("name", REFUSED)
def test_what_we_do_not_take_is_refused_in_words_and_leaves_nothing(site: Site, name: str) -> None:
    filename, data, status, _ = UPLOADS[name]
    visitor = site.visitor()
    answer = visitor.post("/api/chat/evidence", files={"file": (filename, data)})
    assert answer.status_code == status, answer.text
    assert CHINESE.search(answer.json()["message"])
    assert _files(site.settings.home) == []
    assert all(message["kind"] != "evidence" for message in visitor.history())


@pytest.mark.parametrize("name", KEPT)
def test_what_we_take_is_sent_back_as_what_it_is_and_runs_nothing(site: Site, name: str) -> None:
    filename, data, _, mime = UPLOADS[name]
    visitor = site.visitor()
    sent = visitor.post("/api/chat/evidence", files={"file": (filename, data)}).json()["data"]["evidence"]
    assert sent["type"] == mime
    assert not sent["name"].endswith((".html", ".zip", ".svg"))
    officer = site.member(Role.OFFICER)
    for answer in (
        visitor.get(f"/api/chat/evidence/{sent['id']}"),
        officer.get(f"/staff/evidence/{sent['id']}"),
    ):
        assert answer.status_code == 200
        assert answer.headers["Content-Type"].split(";")[0] == mime
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        if mime.startswith("image/"):
            assert SCRIPT not in answer.content
            assert b"PK\x03\x04" not in answer.content
        else:
            assert answer.headers["Content-Disposition"].startswith("attachment")
            assert answer.content == data
    page = officer.get(f"/staff/evidence/{sent['id']}/view")
    assert page.status_code == 200
    assert SCRIPT.decode() not in page.text


def test_pages_of_a_pdf_come_as_pictures(site: Site) -> None:
    visitor = site.visitor()
    sent = visitor.post("/api/chat/evidence", files={"file": ("合同.pdf", pdf(3))}).json()["data"]["evidence"]
    officer = site.member(Role.OFFICER)
    text = officer.get(f"/staff/evidence/{sent['id']}/view?page=2").text
    assert "第 2 页，共 3 页" in text
    assert "<embed" not in text
    assert "<object" not in text
    assert "<iframe" not in text
    drawn = officer.get(f"/staff/evidence/{sent['id']}/pages/2")
    assert drawn.headers["Content-Type"] == "image/png"
    assert drawn.content.startswith(b"\x89PNG")
    assert "sandbox" in drawn.headers["Content-Security-Policy"]
    assert officer.get(f"/staff/evidence/{sent['id']}/pages/9").status_code == 404
    assert "只有 3 页" in officer.get(f"/staff/evidence/{sent['id']}/view?page=9").text


def test_a_pdf_that_cannot_be_drawn_is_kept_and_told(site: Site) -> None:
    broken = b"%PDF-1.4 nothing of a page"
    visitor = site.visitor()
    sent = visitor.post("/api/chat/evidence", files={"file": ("a.pdf", broken)}).json()["data"]["evidence"]
    officer = site.member(Role.OFFICER)
    text = officer.get(f"/staff/evidence/{sent['id']}/view").text
    assert "打不开" in text
    assert "原样保存着" in text
    assert officer.get(f"/staff/evidence/{sent['id']}").content == broken


def test_drawing_stays_within_its_bounds(tmp_path: Path) -> None:
    file = tmp_path / "a.pdf"
    file.write_bytes(pdf_of_a_huge_page())
    assert len(pdf_pages.page(file, 1)) < 1_000_000
    file.write_bytes(pdf_with_script())
    assert pdf_pages.count(file) == 1
    assert pdf_pages.page(file, 1).startswith(b"\x89PNG")
    with pytest.raises(EvidenceNotFound):
        pdf_pages.page(file, 2)
    file.write_bytes(b"MZ")
    with pytest.raises(UnsupportedEvidence):
        pdf_pages.page(file, 1)


def test_drawing_that_does_not_end_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.pdf"
    file.write_bytes(pdf())
    monkeypatch.setattr(pdf_pages, "SECONDS", 0.001)
    with pytest.raises(UnsupportedEvidence, match="too long"):
        pdf_pages.page(file, 1)


@pytest.mark.parametrize("name", ["page with script", "huge picture", "cut off picture", "nothing"])
def test_the_status_page_refuses_in_words_and_keeps_the_ticket_as_it_was(site: Site, name: str) -> None:
    filename, data, _, _ = UPLOADS[name]
    ticket = site.complaint()
    browser = requests.Session()
    page = f"{site.url}/tickets/{ticket.number}?code={ticket.code}"
    token = CSRF.search(browser.get(page).text)
    assert token
    fields = {"csrf_token": token[1], "code": ticket.code}
    path = f"{site.url}/tickets/{ticket.number}/evidence"
    text = browser.post(path, data=fields, files={"file": (filename, data)}).text
    assert 'class="flash error"' in text
    assert evidence.for_ticket(site.store, ticket.number) == []
    assert tickets.get(site.store, ticket.number).updated_at == ticket.updated_at


def test_nothing_a_consumer_sent_runs_in_the_officers_browser(site: Site) -> None:
    visitor = site.visitor()
    ids = [
        visitor.post("/api/chat/evidence", files={"file": UPLOADS[name][:2]}).json()["data"]["evidence"]["id"]
        for name in ("picture with a page behind it", "pdf with script", "sound with a page inside")
    ]
    officer = site.member(Role.OFFICER)
    with chromium() as browser:
        screen = Screen(browser, "1280", site.url, "hostile")
        cookies = [{"name": it.name, "value": it.value or "", "url": site.url} for it in officer.http.cookies]
        screen.context.add_cookies(cookies)
        for id in ids:
            screen.open(f"/staff/evidence/{id}/view")
            screen.page.wait_for_timeout(200)
            assert screen.page.title() != "ran"
        screen.close()
        assert screen.foreign == []
