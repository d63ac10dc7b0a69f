"""One request to a server that may be busy, slow, broken or gone."""

from __future__ import annotations

import json
import logging
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import httpx

from afil_core.errors import AfilError
from afil_perception.vlm.pace import Pace
from afil_perception.vlm.vlm import RunEndedError

_log = logging.getLogger(__name__)

_AGAIN = frozenset({408, 409, 425, 429})
_NEVER_AGAIN = 501
# Of an error that has no status of its own.
_NO_STATUS = 502
_FIRST_WAIT_S = 1.0
_LONGEST_WAIT_S = 60.0
_SHOWN = 300
_HERE = frozenset({"localhost", "127.0.0.1", "::1"})
# Between two looks at whether the run has ended.
_LOOK_S = 0.2


class RefusedError(AfilError):
    """The server refuses the request as it is; asking again changes nothing.

    Attributes:
        status: HTTP status.
        text: What the server says.
    """

    def __init__(self, sentence: str, status: int, text: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.text = text


class _TroubleError(Exception):
    """A request that may succeed when it is sent again."""

    def __init__(self, reason: str, wait_s: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.wait_s = wait_s


class Server:
    """Sends JSON and reads JSON.

    Args:
        base_url: Of the server.
        key: Sent as a bearer token; empty for none. It appears in no sentence.
        timeout_s: Longest time of one request.
        tries: How often a request is sent at most.
        most_wait_s: Longest time that the server may ask to wait.
        most_bytes: Longest answer.
        pace: When requests may be sent.
        stop: Set when the run ends: whoever waits gives up, and nothing is sent any more.
    """

    def __init__(
        self,
        base_url: str,
        key: str,
        *,
        timeout_s: float,
        tries: int,
        most_wait_s: float,
        most_bytes: int,
        pace: Pace,
        stop: threading.Event,
    ) -> None:
        self._url = base_url.rstrip("/")
        self._key = key
        self._timeout_s = timeout_s
        self._tries = tries
        self._most_wait_s = most_wait_s
        self._most_bytes = most_bytes
        self._pace = pace
        self._stop = stop
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        timeout = httpx.Timeout(timeout_s, connect=min(timeout_s, 10.0))
        # A cluster's proxy knows no server of this machine.
        by_proxy = not _is_here(base_url)
        self._client = httpx.Client(headers=headers, timeout=timeout, trust_env=by_proxy)

    def post(self, path: str, body: dict[str, Any], sent: Callable[[], None]) -> dict[str, Any]:
        """Send a request until it is answered.

        Args:
            path: Under the server's address.
            body: What is sent.
            sent: Called before each time that it is sent.

        Raises:
            RefusedError: When the server says that the request is wrong.
            RunEndedError: When the run ends meanwhile.
            AfilError: When it is not answered.
        """
        trouble = _TroubleError("was never asked")
        for number in range(self._tries):
            if number:
                self._wait(number, trouble)
            self._pace.wait(self._pause)
            self._pause(0.0)
            sent()
            try:
                return self._awaited(path, body)
            except _TroubleError as error:
                trouble = error
                _log.info("VLM server %s: %s", self._url, error.reason)
            if trouble.wait_s is not None:
                if trouble.wait_s > self._most_wait_s:
                    raise AfilError(
                        f"VLM server {self._url} {trouble.reason} and asks to wait "
                        f"{trouble.wait_s:.0f} s, more than vlm.most_wait_s; run again later"
                    )
                self._pace.hold(trouble.wait_s)
        raise AfilError(
            f"VLM server {self._url} gave no answer in {self._tries} tries: it {trouble.reason}; "
            f"see whether it runs, and run again: what was answered is not asked twice"
        )

    def _wait(self, number: int, trouble: _TroubleError) -> None:
        longest = min(_FIRST_WAIT_S * 2 ** (number - 1), _LONGEST_WAIT_S)
        # Spread, so that all who were refused at once do not come back at once.
        wait_s = random.uniform(0.5, 1.0) * longest if trouble.wait_s is None else trouble.wait_s
        self._pause(wait_s)

    def _pause(self, seconds: float) -> None:
        if self._stop.wait(seconds):
            raise RunEndedError("the run was ended while it waited for the VLM server")

    def _awaited(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """The answer to one request; a run that ends leaves it to itself."""
        answered: Future[dict[str, Any]] = Future()

        def ask() -> None:
            try:
                answered.set_result(self._once(path, body))
            except Exception as error:  # noqa: BLE001 (raised by who waits)
                answered.set_exception(error)

        # What waits for a socket can't be called back; a daemon holds no process up.
        threading.Thread(target=ask, name="vlm", daemon=True).start()
        while not wait([answered], _LOOK_S).done:
            self._pause(0.0)
        return answered.result()

    def _once(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        deadline = time.monotonic() + self._timeout_s
        try:
            with self._client.stream("POST", f"{self._url}{path}", json=body) as response:
                data = self._read(response, deadline)
                status, headers = response.status_code, response.headers
        except httpx.TimeoutException as error:
            late = f"did not answer within {self._timeout_s:g} s (vlm.timeout_s)"
            raise _TroubleError(late) from error
        except (httpx.TransportError, httpx.StreamError, httpx.DecodingError) as error:
            raise _TroubleError(f"broke the connection ({self._clean(str(error))})") from error
        except httpx.InvalidURL as error:
            raise AfilError(f"vlm.base_url {self._url} is no address; correct it") from error
        if status >= 300:
            raise self._failure(status, data.decode("utf-8", "replace"), headers)
        try:
            answer = json.loads(data)
        except ValueError as error:
            raise _TroubleError("answered what is no JSON") from error
        if not isinstance(answer, dict):
            raise _TroubleError("answered what is no JSON object")
        if answer.get("error") and not answer.get("choices"):
            # A gateway has said 200 before the model behind it failed.
            raise self._failure(*_told(answer["error"]), headers)
        return answer

    def _failure(self, status: int, text: str, headers: httpx.Headers) -> Exception:
        if status in _AGAIN or (status >= 500 and status != _NEVER_AGAIN):
            reason = f"answered {status} ({self._clean(text)})"
            return _TroubleError(reason, _retry_after_s(headers))
        return RefusedError(self._refusal(status, self._clean(text)), status, text)

    def _read(self, response: httpx.Response, deadline: float) -> bytes:
        parts, size = [], 0
        for part in response.iter_bytes():
            parts.append(part)
            size += len(part)
            if size > self._most_bytes:
                raise AfilError(
                    f"VLM server {self._url} answers with more than {self._most_bytes >> 20} MiB; "
                    f"is vlm.base_url the address of a chat server?"
                )
            if time.monotonic() > deadline:
                raise _TroubleError(f"did not finish its answer within {self._timeout_s:g} s")
        return b"".join(parts)

    def _refusal(self, status: int, text: str) -> str:
        what = {
            401: "set the environment variable that vlm.key_variable names to a valid key",
            403: "the key may not use this model; choose another in vlm.model",
            404: "correct vlm.base_url (it ends with /v1) and vlm.model",
        }.get(status, "correct the options of vlm")
        return f"VLM server {self._url} refuses the request ({status}: {text}); {what}"

    def _clean(self, text: str) -> str:
        """What may be shown of what a server says: short, and without the key."""
        hidden = text.replace(self._key, "***") if self._key else text
        return " ".join(hidden.split())[:_SHOWN] or "no reason"


def _is_here(url: str) -> bool:
    try:
        return urlsplit(url).hostname in _HERE
    except ValueError:
        return False  # no address, which is said when it is asked


def _told(error: Any) -> tuple[int, str]:
    """Status and text of an error in the body of an answer."""
    if not isinstance(error, dict):
        return _NO_STATUS, str(error)
    code = error.get("code")
    status = code if isinstance(code, int) and 400 <= code < 600 else _NO_STATUS
    return status, str(error.get("message") or error)


def _retry_after_s(headers: httpx.Headers) -> float | None:
    """Seconds that the server asks to wait; None where it says nothing that can be read."""
    value = headers.get("retry-after", "").strip()
    try:
        return max(float(value), 0.0)
    except ValueError:
        pass
    try:
        return max(parsedate_to_datetime(value).timestamp() - time.time(), 0.0)
    except (ValueError, TypeError):
        return None
