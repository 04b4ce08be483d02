"""The live page's addresses. All of them read; none changes anything."""

import base64
import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from threading import Semaphore

import pyarrow as pa
from deltalake.exceptions import DeltaError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from conf.errors import SentenceError
from conf.lake import Lake
from conf.pages.page import plotly_js, render, script, shared
from conf.settings import Settings
from schemas.text import printable
from streaming.dashboard.pages import report_page
from streaming.dashboard.reading import HOURS, Reading
from streaming.thumbnails import Thumbnails

_HERE = Path(__file__).parent
#: A browser runs our scripts alone, asks nobody else, and shows the page in no frame.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
#: A report brings its own policy; whoever may write reports gets nothing of this page's origin by that.
REPORT_POLICY = "sandbox allow-scripts allow-downloads; connect-src 'none'; frame-ancestors 'none'"
_HEADERS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}
#: Where a picture is not there any more: one transparent pixel.
NO_PICTURE = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
#: As text: what a browser sends may be a number that nothing can hold.
_WIDTHS = {str(hours): hours for hours in HOURS}
_SEQ = re.compile("[0-9]{1,18}")
#: Pictures that are decoded at once.
_DECODING = Semaphore(2)


class Pages:
    """Answers requests about one lake."""

    def __init__(self, settings: Settings) -> None:
        self._lake = Lake(settings.lake)
        self._reading = Reading(self._lake)
        self._thumbnails = Thumbnails(settings)
        self._thumbnail = lru_cache(maxsize=500)(self._make)
        self._files = {
            "style.css": (shared("style.css") + script(_HERE, "dashboard.css"), "text/css"),
            "dashboard.js": (shared("page.js") + script(_HERE, "dashboard.js"), "text/javascript"),
            "plotly.js": (plotly_js(), "text/javascript"),
        }

    def index(self, _request: Request) -> Response:
        """The page itself."""
        page = render(_HERE, "index.html", lake=printable(self._lake.root), hours=HOURS)
        return HTMLResponse(page, headers=_HEADERS | {"Content-Security-Policy": POLICY})

    def file(self, request: Request) -> Response:
        """A script or style sheet of the page."""
        if (name := request.path_params["name"]) not in self._files:
            raise HTTPException(404)
        text, kind = self._files[name]
        return Response(text, media_type=kind, headers=_HEADERS | {"Cache-Control": "private, max-age=300"})

    def now(self, request: Request) -> Response:
        """What the tables say, as JSON; `hours` is the width of the charts."""
        hours = _WIDTHS.get(request.query_params.get("hours", ""), HOURS[1])
        return JSONResponse(self._reading.now(hours), headers=_HEADERS)

    def rejected(self, request: Request) -> Response:
        """Rejected pictures by `code` and `text`."""
        asked = request.query_params
        return JSONResponse(self._reading.rejected(asked.get("code", ""), asked.get("text", "")), headers=_HEADERS)

    def thumbnail(self, request: Request) -> Response:
        """A small picture of an announcement that is `ok`; an empty one if it is not there any more."""
        asked = request.path_params["seq"]
        version = self._reading.version(int(asked)) if _SEQ.fullmatch(asked) else None
        if version is None:
            raise HTTPException(404)
        content = self._thumbnail(version)
        kind = "image/webp" if content else "image/gif"
        return Response(
            content or NO_PICTURE, media_type=kind, headers=_HEADERS | {"Cache-Control": "private, max-age=600"}
        )

    def report(self, request: Request) -> Response:
        """The page of a refit."""
        refit_id = request.path_params["refit_id"]
        page = report_page(self._lake, refit_id) if refit_id in self._reading.refit_ids() else None
        if page is None:
            raise HTTPException(404, "There is no page of this refit; `verger report` draws it.")
        return HTMLResponse(page, headers=_HEADERS | {"Content-Security-Policy": REPORT_POLICY})

    def _make(self, version: tuple[str, str, str]) -> bytes | None:
        with _DECODING:
            return self._thumbnails([version])[0]


def trouble(_request: Request, error: Exception) -> Response:
    """What is wrong with the lake, as a sentence; the page goes on asking."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return JSONResponse({"error": printable(lines[0])[:500]}, 503, headers=_HEADERS)


def dashboard(settings: Settings, hosts: Sequence[str]) -> Starlette:
    """The application; it answers only requests for one of `hosts`: a page elsewhere can't read it by another name."""
    pages = Pages(settings)
    return Starlette(
        routes=[
            Route("/", pages.index),
            Route("/files/{name}", pages.file),
            Route("/now", pages.now),
            Route("/rejected", pages.rejected),
            Route("/thumbnails/{seq}", pages.thumbnail),
            Route("/reports/{refit_id}", pages.report),
        ],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=list(hosts)), Middleware(GZipMiddleware)],
        exception_handlers=dict.fromkeys((SentenceError, DeltaError, pa.ArrowException, OSError), trouble),
    )
