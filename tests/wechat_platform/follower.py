"""A person with WeChat on the phone: what they do reaches the webhook, what they see is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

import requests

from tests.wechat_platform.menus import leaves
from tests.wechat_platform.quotas import INTERACTION, MESSAGE
from tests.wechat_platform.record import Delivery
from tests.wechat_platform.seen import SUBSCRIPTION, Screen, Seen, Wanted

if TYPE_CHECKING:
    from tests.wechat_platform.account import Account

AMR = b"#!AMR\n" + bytes(64)
BROWSER = (
    "Mozilla/5.0 (Linux; Android 13; V2171A) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0"
    " Chrome/116.0.0.0 Mobile Safari/537.36 MicroMessenger/8.0.47.2560(0x28002F35) NetType/WIFI"
)
MOST_REDIRECTS = 10
PERSON_HEADER = "X-Simulated-Openid"


class Follower:
    """One person, known to the account by openid. Methods that send return the Delivery.

    With wait=False they return at once; otherwise when the message is answered or given up."""

    def __init__(self, account: Account, openid: str, following: bool) -> None:
        self.openid = openid
        self.following = following
        self.subscribed_at = int(account.clock.now())
        self.scene = ""
        self.blocks_templates = False
        self.native_agent: str | None = None
        self.last_message_at: float | None = None
        self.typing_until = 0.0
        self._account = account
        self._screen = Screen()
        self._browser = requests.Session()
        self._browser.headers["User-Agent"] = BROWSER

    def __repr__(self) -> str:
        return f"<Follower {self.openid}>"

    @property
    def seen(self) -> list[Seen]:
        return self._screen.all()

    @property
    def texts(self) -> list[str]:
        return [seen.words for seen in self._screen.all()]

    @property
    def typing(self) -> bool:
        return self._account.clock.now() < self.typing_until

    def see(self, seen: Seen) -> None:
        """Show something; whoever has left sees only notices they subscribed to."""
        if self.following or seen.kind == SUBSCRIPTION:
            self.typing_until = 0.0
            self._screen.show(seen)

    def wait_for(self, wanted: Wanted, timeout: float = 30) -> Seen:
        """The first message seen that contains the words or meets the condition; else AssertionError."""
        return self._screen.wait_for(wanted, timeout)

    def wait_for_count(self, number: int, timeout: float = 30) -> list[Seen]:
        """Everything seen once it is that many; else AssertionError."""
        return self._screen.wait_for_count(number, timeout)

    # Messages

    def say(self, text: str, *, msg_id: int | None = None, wait: bool = True) -> Delivery:
        return self._message("text", {"Content": text}, wait, msg_id=msg_id)

    def choose(self, choice: int | str, *, wait: bool = True) -> Delivery:
        """Tap a row of the last menu message, by position from 1 or by its words; LookupError without one."""
        menus = [seen for seen in self._screen.all() if seen.choices]
        if not menus:
            raise LookupError("no menu message was seen")
        rows = menus[-1].choices
        if isinstance(choice, int):
            identifier, words = rows[choice - 1]
        else:
            identifier, words = next(row for row in rows if row[1] == choice)
        return self._message("text", {"Content": words, "bizmsgmenuid": identifier}, wait, INTERACTION)

    def send_image(self, content: bytes, content_type: str = "image/jpeg", *, wait: bool = True) -> Delivery:
        media_id = self._account.media.put(content, content_type)
        picture = f"{self._account.api_base}/mmbiz_pic/{media_id}/0"
        return self._message("image", {"PicUrl": picture, "MediaId": media_id}, wait)

    def speak(self, recognised: str | None = None, audio: bytes = AMR, *, wait: bool = True) -> Delivery:
        """A voice message; without `recognised` it carries no Recognition element."""
        fields = {
            "MediaId": self._account.media.put(audio, "audio/amr"),
            "Format": "amr",
            "MediaId16K": self._account.media.put(audio, "voice/speex"),
        }
        if recognised is not None:
            fields["Recognition"] = recognised
        return self._message("voice", fields, wait)

    def send_video(self, content: bytes = b"\0" * 32, *, wait: bool = True) -> Delivery:
        return self._message("video", self._video(content), wait)

    def send_short_video(self, content: bytes = b"\0" * 32, *, wait: bool = True) -> Delivery:
        return self._message("shortvideo", self._video(content), wait)

    def _video(self, content: bytes) -> dict[str, Any]:
        media = self._account.media
        return {
            "MediaId": media.put(content, "video/mp4"),
            "ThumbMediaId": media.put(b"\xff\xd8\xff", "image/jpeg"),
        }

    def send_location(
        self, latitude: float, longitude: float, label: str = "", scale: int = 16, *, wait: bool = True
    ) -> Delivery:
        fields = {"Location_X": latitude, "Location_Y": longitude, "Scale": scale, "Label": label}
        return self._message("location", fields, wait)

    def send_link(self, title: str, description: str, url: str, *, wait: bool = True) -> Delivery:
        return self._message("link", {"Title": title, "Description": description, "Url": url}, wait)

    def send_raw(self, msg_type: str, fields: dict[str, Any], *, wait: bool = True) -> Delivery:
        """A message of any type with any fields."""
        return self._message(msg_type, fields, wait)

    # Events

    def follow(self, scene: str | None = None, *, wait: bool = True) -> Delivery:
        """Follow the account, by a scene code when one is given."""
        self.following = True
        self.subscribed_at = int(self._account.clock.now())
        self.scene = scene or ""
        fields = {"EventKey": ""}
        if scene:
            fields = {"EventKey": f"qrscene_{scene}", "Ticket": self._ticket(scene)}
        return self._event("subscribe", fields, wait, INTERACTION)

    def scan(self, scene: str, *, wait: bool = True) -> Delivery:
        """Scan a scene code: SCAN for a follower, subscribe for anybody else."""
        if not self.following:
            return self.follow(scene, wait=wait)
        return self._event("SCAN", {"EventKey": scene, "Ticket": self._ticket(scene)}, wait, INTERACTION)

    def unfollow(self, *, wait: bool = True) -> Delivery:
        self.following = False
        self.native_agent = None
        self._account.customer_service.close(self.openid)
        return self._event("unsubscribe", {"EventKey": ""}, wait)

    def tap(self, key: str, *, wait: bool = True) -> Delivery:
        """Tap the menu button with that key, name or url; without a menu a CLICK, or VIEW for an address."""
        button = next(
            (
                leaf
                for leaf in leaves(self._account.menu)
                if key in (leaf.get(k) for k in ("key", "name", "url"))
            ),
            {"type": "view" if key.startswith("http") else "click", "key": key, "url": key},
        )
        if button["type"] == "view":
            return self._event("VIEW", {"EventKey": button["url"], "MenuId": "419102364"}, wait)
        return self._event("CLICK", {"EventKey": button["key"]}, wait, INTERACTION)

    def report_location(
        self, latitude: float, longitude: float, precision: float = 30.0, *, wait: bool = True
    ) -> Delivery:
        fields = {"Latitude": latitude, "Longitude": longitude, "Precision": precision}
        return self._event("LOCATION", fields, wait)

    def scan_code(self, key: str, result: str, wait_message: bool = True, *, wait: bool = True) -> Delivery:
        event = "scancode_waitmsg" if wait_message else "scancode_push"
        scanned = {"ScanType": "qrcode", "ScanResult": result}
        return self._event(event, {"EventKey": key, "ScanCodeInfo": scanned}, wait, INTERACTION)

    def pick_photo(self, key: str, count: int = 1, *, wait: bool = True) -> Delivery:
        """The event of a photo button; the photos themselves come as image messages (send_image)."""
        items = [{"PicMd5Sum": f"{number:032x}"} for number in range(count)]
        pictures = {"Count": count, "PicList": {"item": items}}
        return self._event("pic_sysphoto", {"EventKey": key, "SendPicsInfo": pictures}, wait)

    def pick_place(
        self, key: str, latitude: float, longitude: float, label: str = "", *, wait: bool = True
    ) -> Delivery:
        place = {
            "Location_X": str(latitude),
            "Location_Y": str(longitude),
            "Scale": "15",
            "Label": label,
            "Poiname": "",
        }
        return self._event("location_select", {"EventKey": key, "SendLocationInfo": place}, wait)

    def answer_subscription(self, template_id: str, accept: bool = True, *, wait: bool = True) -> Delivery:
        """Answer the window that asks for a notice; accepting is good for one notice."""
        if accept:
            self._account.acceptances.add(self.openid, template_id)
        entry = {
            "TemplateId": template_id,
            "SubscribeStatusString": "accept" if accept else "reject",
            "PopupScene": "1",
        }
        return self._event("subscribe_msg_popup_event", {"SubscribeMsgPopupEvent": {"List": [entry]}}, wait)

    def change_subscription(self, template_id: str, accept: bool = False, *, wait: bool = True) -> Delivery:
        """Switch a notice off (or on) in the notice's own settings."""
        if not accept:
            self._account.acceptances.withdraw(self.openid, template_id)
        status = "accept" if accept else "reject"
        entry = {"TemplateId": template_id, "SubscribeStatusString": status}
        return self._event("subscribe_msg_change_event", {"SubscribeMsgChangeEvent": {"List": [entry]}}, wait)

    def raise_event(self, event: str, fields: dict[str, Any], *, wait: bool = True) -> Delivery:
        """An event of any name with any fields."""
        return self._event(event, fields, wait)

    def begin_native_session(self, kf_account: str) -> None:
        """Given to the account's own agent tool: from now on messages go there and not to the webhook."""
        self.native_agent = kf_account
        self._event("kf_create_session", {"KfAccount": kf_account}, wait=False)

    def end_native_session(self) -> None:
        kf_account, self.native_agent = self.native_agent or "", None
        self._event("kf_close_session", {"KfAccount": kf_account, "CloseType": "KF"}, wait=False)

    # Pages

    def open(self, url: str, *, timeout: float = 30) -> requests.Response:
        """Open a page in this phone's WeChat browser; cookies stay. TooManyRedirects after ten."""
        for _ in range(MOST_REDIRECTS):
            headers = {}
            if url.startswith(f"{self._account.api_base}/connect/"):
                headers[PERSON_HEADER] = self.openid
            answer = self._browser.get(url, headers=headers, allow_redirects=False, timeout=timeout)
            if not answer.is_redirect:
                return answer
            url = urljoin(url, answer.headers["Location"])
        raise requests.TooManyRedirects(url)

    # On the way

    def _ticket(self, scene: str) -> str:
        return next(
            (ticket for ticket, known in self._account.scenes.items() if known == scene), f"gQ_{scene}_ticket"
        )

    def _message(
        self,
        msg_type: str,
        fields: dict[str, Any],
        wait: bool,
        opens: str = MESSAGE,
        msg_id: int | None = None,
    ) -> Delivery:
        if not self.following:
            raise ValueError(f"{self.openid} does not follow the account and cannot write to it")
        now = self._account.clock.now()
        number = msg_id if msg_id is not None else self._account.new_message_number()
        self.last_message_at = now
        self._account.customer_service.grant(self.openid, opens)
        delivery = Delivery(self.openid, msg_type, "", fields, number, int(now))
        return self._send(delivery, wait)

    def _event(self, event: str, fields: dict[str, Any], wait: bool, opens: str | None = None) -> Delivery:
        if opens is not None:
            self._account.customer_service.grant(self.openid, opens)
        at = self._account.time_of_event(self.openid, event, str(fields.get("EventKey", "")))
        return self._send(Delivery(self.openid, "event", event, fields, None, at), wait)

    def _send(self, delivery: Delivery, wait: bool) -> Delivery:
        if self.native_agent is not None and delivery.msg_id is not None:
            delivery.to_native_agent = True
            delivery.concluded.set()
            return delivery
        self._account.submit(delivery)
        if wait:
            delivery.wait(self._account.rules.longest + 10)
        return delivery
