"""A stand-in for WeChat's servers, for one Official Account (a service account), over real sockets.

    with WeChatPlatform(app_id, app_secret, token, aes_key, mode="aes", seed=0) as platform:
        platform.webhook = "http://127.0.0.1:5000/wechat"   # may be changed at any time
        # the service's setting: WECHAT_API_BASE = platform.api_base, "http://127.0.0.1:<port>"
        li = platform.follower()                             # has followed long ago; no event is sent
        delivery = li.say("商家不给退")                       # returns once answered or given up
        assert delivery.answered and li.texts == ["…"]

`mode` is "plain", "compatible" or "aes". Everything may be called from any thread. The API serves what
Tencent serves under https://api.weixin.qq.com, and /connect/oauth2/authorize of https://open.weixin.qq.com.
Signatures and encryption are the simulator's own; only its tests use wechatpy.

WeChatPlatform
    api_base, app_id, app_secret, token, aes_key, account_id ("gh_…"), mode
    webhook: str | None   where messages are posted; None counts as a refused connection
    verify(timestamp=, nonce=, echostr=, signed=) -> VerificationResult
                          the GET when an address is saved: .accepted, .status, .body
    follower(openid=None, following=True) -> Follower     the same object again for the same openid
    followers: dict[str, Follower]
    clock.now() -> float; clock.advance(seconds)
                          drives tokens, allowances, media, codes, days and CreateTime; not the waits
                          between tries, nor the `timestamp` of a signature unless rules.sign_with_clock
    rules: DeliveryRules  try_timeout=5.0, tries=3, wait_after_timeout=0.0, wait_after_failure=5.0
                          (refused, HTTP error, bad answer), concurrency=200 (fixed by the first send)
    faults: Faults        seeded rates 0..1: duplicates, disorder, delays, drops, overlaps; all 0 at
                          first; max_delay, overlap_after, drop_after in seconds
    customer_service_allowed, templates_allowed, subscriptions_allowed     False: 48001
    ip_refused            True: 40164 on both token calls (address not on the white list)
    oauth_domain          a host name: any other redirect_uri is refused as WeChat does (10003)
    expire_tokens(); invalidate_tokens()     every token answers 42001; 40001 (somebody fetched a newer one)
    fail_next(path, errcode, times=1)   path as "/cgi-bin/message/custom/send"; -1 is "system error";
                          None cuts the connection before anything is done, "after" once it is done
    delay_next(path, seconds, times=1)       a slow API
    late_next(seconds, times=1)  the webhook's next answers take that long on their way back: handled, but
                          past try_timeout unread
    menu: dict | None     as last created
    templates.add(template_id, title, content, subscription=False)     content as "进度：{{thing1.DATA}}"
    media.put(bytes, content_type) -> media_id; media.get(media_id) -> bytes
    quota(openid) -> Allowance  .left messages, .until (clock), .reason
    api_limits: dict[path, int]  calls a day before 45009
    kf_accounts: list[str]  the native agent tool's; a transfer_customer_service reply goes to the first
    close_native_session(follower)  until then this person's messages do not reach the webhook, as in WeChat
    settle(timeout=60) -> bool  waits until no delivery is under way
    record: Record

Follower     what sends returns a Delivery; with wait=False at once (Delivery.wait(timeout) later)
    openid, following; blocks_templates = False (True: template notices end in "failed:user block")
    say(text)             msg_id= repeats a MsgId on purpose
    choose(position_or_words)  taps a row of the last msgmenu this person saw (text + bizmsgmenuid)
    send_image(bytes, content_type="image/jpeg"); send_video(bytes); send_short_video(bytes)
    speak(recognised="…" | None, audio=bytes)     None: an account without recognition
    send_location(latitude, longitude, label="", scale=16); send_link(title, description, url)
    follow(scene=None); scan(scene); unfollow()   scan without following is a subscribe with qrscene_
    tap(key)              the menu button with that key, name or url: CLICK or VIEW; without a menu CLICK
    report_location(latitude, longitude, precision=30.0)
    scan_code(key, result, wait_message=True); pick_photo(key, count=1)
    pick_place(key, latitude, longitude, label="")
    answer_subscription(template_id, accept=True); change_subscription(template_id, accept=False)
    send_raw(msg_type, {field: value}); raise_event(event, {field: value})     unknown kinds and so on
    open(url) -> requests.Response  this phone's browser: follows redirects, passes OAuth, keeps cookies;
                          any other browser passes OAuth with &simulated_openid=… on the authorize link
    seen: list[Seen]      .kind "passive" | "customer-service" | "template" | "subscription" | "failure",
                          .message_type, .text, .words, .articles (.title .description .url .picurl),
                          .choices [(id, words)], .media_id, .msg_id (passive: of the message
                          answered), .at (clock), .wall (real time), .raw
    texts: list[str]      the words of `seen`, menus and articles included
    typing: bool
    wait_for(words_or_predicate, timeout=30) -> Seen     AssertionError naming what was seen instead
    wait_for_count(number, timeout=30) -> list[Seen]

Customer-service messages: a message renews 5 within 48 h at the moment it is sent (its CreateTime), however
late it reaches the webhook; choose(), CLICK, scancode_*, follow and scan give 3 within 60 s; other events
none. Two open allowances do not add up: a send counts against both.

Delivery     one message or event on its way to the webhook
    msg_id (None for events), openid, message_type, event, fields, create_time
    tries: list[Try]      .number, .started, .ms, .status, .detail, .answer, .duplicate, .outcome "answered"
                          | "timeout" | "refused" | "dropped" | "http-error" | "bad-answer"
    outcomes: list[str]; answered: bool; lost: bool (all three tries failed); reply: Reply | None (as shown)
    to_native_agent: bool  not posted
    wait(timeout=30) -> Delivery  TimeoutError

    A message shows at most one passive reply: the first valid one. Later ones (duplicates, overlapping tries)
    are kept in record.surplus_replies, .differs if they say something else. A reply to a message that was
    answered `success` before is shown, so a channel that answers both ways is caught.

Record       deliveries, lost, calls, rejected (errcode != 0), sends (accepted customer-service messages),
             calls_to(path), surplus_replies, bad_answers, failures_shown, acknowledgement_ms(),
             percentile(99), report() -> dict of figures, forget()
             Call: path, method, query, body, errcode, errmsg, openid, at, ms

Terminal     python -m tests.wechat_platform --webhook http://127.0.0.1:5000/wechat
             (--token, --app-id, --app-secret, --aes-key: what the service already has, else new)
"""

from tests.wechat_platform.faults import DeliveryRules, Faults
from tests.wechat_platform.follower import Follower
from tests.wechat_platform.quotas import Allowance
from tests.wechat_platform.record import Call, Delivery, Record, Try
from tests.wechat_platform.replies import Article, Reply
from tests.wechat_platform.running import VerificationResult, WeChatPlatform
from tests.wechat_platform.seen import FAILURE_WORDS, Seen

__all__ = [
    "FAILURE_WORDS",
    "Allowance",
    "Article",
    "Call",
    "Delivery",
    "DeliveryRules",
    "Faults",
    "Follower",
    "Record",
    "Reply",
    "Seen",
    "Try",
    "VerificationResult",
    "WeChatPlatform",
]
