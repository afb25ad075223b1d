"""The simulator's signatures and encryption against wechatpy as a second opinion."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wechatpy.crypto import WeChatCrypto
from wechatpy.exceptions import InvalidAppIdException, InvalidSignatureException
from wechatpy.utils import check_signature

from tests.wechat_platform.scripted_webhook import AES_KEY, APP_ID, TOKEN
from tests.wechat_platform.signatures import DecryptionFailed, MessageCipher, signature
from tests.wechat_platform.xml_messages import document

OURS = MessageCipher(TOKEN, AES_KEY, APP_ID)
THEIRS = WeChatCrypto(TOKEN, AES_KEY, APP_ID)
TEXTS = st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=300)


@settings(deadline=None, max_examples=60)
@given(TEXTS)
def test_wechatpy_opens_what_the_simulator_seals(text):
    message = document({"ToUserName": "gh_1", "Content": text})
    sealed = OURS.encrypt(message)
    envelope = document({"ToUserName": "gh_1", "Encrypt": sealed})
    opened = THEIRS.decrypt_message(envelope, OURS.sign("1700000000", "7", sealed), "1700000000", "7")
    assert (opened.decode() if isinstance(opened, bytes) else opened) == message


@settings(deadline=None, max_examples=60)
@given(TEXTS)
def test_the_simulator_opens_what_wechatpy_seals(text):
    envelope = ElementTree.fromstring(THEIRS.encrypt_message(text, "99", "1700000000"))
    sealed = envelope.findtext("Encrypt") or ""
    assert OURS.decrypt(sealed) == text
    assert OURS.sign("1700000000", "99", sealed) == envelope.findtext("MsgSignature")


def test_wechatpy_accepts_the_signature_of_a_request():
    check_signature(TOKEN, signature(TOKEN, "1700000000", "42"), "1700000000", "42")
    with pytest.raises(InvalidSignatureException):
        check_signature(TOKEN, signature(TOKEN, "1700000001", "42"), "1700000000", "42")


def test_another_accounts_message_is_not_opened_by_either():
    foreign = MessageCipher(TOKEN, AES_KEY, "wx_somebody_else").encrypt("你好")
    with pytest.raises(DecryptionFailed, match="another account"):
        OURS.decrypt(foreign)
    envelope = document({"Encrypt": foreign})
    with pytest.raises(InvalidAppIdException):
        THEIRS.decrypt_message(envelope, OURS.sign("1", "2", foreign), "1", "2")


@pytest.mark.parametrize(
    "sealed",
    ["", "not base64!", "YWJj", OURS.encrypt("x")[:-8], OURS.encrypt("y" * 200)[:44] + "="],
    ids=["empty", "not base64", "too short", "cut off", "cut in the middle"],
)
def test_a_damaged_text_is_refused(sealed):
    with pytest.raises(DecryptionFailed):
        OURS.decrypt(sealed)


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=200))
def test_the_xml_of_any_text_can_be_read_back(text):
    read = ElementTree.fromstring(document({"Content": text})).findtext("Content") or ""
    assert set(read) <= set(text.replace("\r", "\n"))
    assert ("]]>" in text) is ("]]>" in read) or any(ord(character) < 32 for character in text)
