"""The platform's HTTP face: the API, page authorisation, pictures and videos."""

from __future__ import annotations

import asyncio
import json
import time
from random import Random
from typing import Any

from aiohttp import web

from tests.wechat_platform import api_account, api_sending, oauth
from tests.wechat_platform.account import DROP_AFTER_WORK, Account
from tests.wechat_platform.api import Answer, ApiRequest, FileAnswer, Upload, answer
from tests.wechat_platform.follower import PERSON_HEADER
from tests.wechat_platform.record import Call
from tests.wechat_platform.refusals import Refused

ROUTES = (api_account, api_sending, oauth)  # importing them registers their paths
LARGEST_REQUEST = 32 << 20
JSON_TYPE = "application/json; encoding=utf-8"  # as the real platform writes it
QUIET_ON_SUCCESS = {"/cgi-bin/token", "/cgi-bin/stable_token", "/sns/oauth2/access_token"}


class ApiServer:
    """Request handlers over one account."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._random = Random(1)

    def application(self) -> web.Application:
        application = web.Application(client_max_size=LARGEST_REQUEST)
        application.router.add_get("/connect/oauth2/authorize", self.authorise)
        application.router.add_get("/mmbiz_pic/{media_id}/0", self.file)
        application.router.add_get("/mmvideo/{media_id}", self.file)
        application.router.add_route("*", "/{path:.*}", self.api)
        return application

    async def authorise(self, request: web.Request) -> web.Response:
        query = oauth.query_in_order(request.rel_url.raw_query_string)
        outcome = oauth.authorise(self._account, query, request.headers.get(PERSON_HEADER))
        if isinstance(outcome, oauth.AuthorisationRefused):
            return web.Response(text=outcome.words, content_type="text/html")
        return web.Response(status=302, headers={"Location": outcome.location})

    async def file(self, request: web.Request) -> web.Response:
        try:
            medium = self._account.media.find(request.match_info["media_id"])
        except Refused:
            return web.Response(status=404)
        return web.Response(body=medium.content, content_type=medium.content_type)

    async def api(self, request: web.Request) -> web.StreamResponse:
        begun = time.perf_counter()
        asked = await self._read(request)
        await asyncio.sleep(self._account.scripted_delay(request.path))
        failure = self._account.scripted_failure(request.path)
        if failure is not None and failure.errcode is None:
            return self._cut(request)
        given: Answer
        try:
            if failure is not None and isinstance(failure.errcode, int):
                raise Refused(failure.errcode)
            given = await self._answer(asked)
            errcode, errmsg = 0, "ok"
        except Refused as refused:
            errcode, errmsg = refused.errcode, f"{refused.errmsg} rid: {self._random.randrange(16**16):016x}"
            given = {"errcode": errcode, "errmsg": errmsg}
        self._keep(asked, errcode, errmsg, begun)
        if failure is not None and failure.errcode == DROP_AFTER_WORK:
            return self._cut(request)
        if isinstance(given, FileAnswer):
            headers = {
                "Content-Type": given.content_type,
                "Content-disposition": f'attachment; filename="{given.name}"',
            }
            return web.Response(body=given.content, headers=headers)
        if errcode == 0 and request.path not in QUIET_ON_SUCCESS and "errcode" not in given:
            given = {"errcode": 0, "errmsg": "ok", **given}
        return web.Response(
            body=json.dumps(given, ensure_ascii=False).encode(), headers={"Content-Type": JSON_TYPE}
        )

    async def _answer(self, asked: ApiRequest) -> Answer:
        if asked.path == "/cgi-bin/callback/check":  # connects to the webhook, so not on the loop
            return await asyncio.get_running_loop().run_in_executor(None, answer, self._account, asked)
        return answer(self._account, asked)

    async def _read(self, request: web.Request) -> ApiRequest:
        asked = ApiRequest(request.method, request.path, dict(request.query))
        if request.content_type == "multipart/form-data":
            form = await request.post()
            field = form.get("media")
            if isinstance(field, web.FileField):
                asked.upload = Upload(field.file.read(), field.content_type)
        else:
            asked.content = await request.read()
        return asked

    def _cut(self, request: web.Request) -> web.Response:
        if request.transport is not None:
            request.transport.abort()
        return web.Response()

    def _keep(self, asked: ApiRequest, errcode: int, errmsg: str, begun: float) -> None:
        body: Any = asked.parsed or asked.content
        self._account.record.calls.append(
            Call(
                asked.path,
                asked.method,
                asked.query,
                body,
                errcode,
                errmsg,
                str(asked.parsed.get("touser", "")),
                self._account.clock.now(),
                (time.perf_counter() - begun) * 1000,
            )
        )
