"""The service: `serve` answers POST /classify on port 8000 and describes itself at /docs."""

import argparse
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from threading import Lock

import uvicorn
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from service.classifier import MODEL, Classifier
from service.labels import Label

SETTINGS = json.loads((MODEL / "settings.json").read_text(encoding="utf-8"))
load = cache(Classifier)
lock = Lock()  # a tokenizer serves one thread at a time


class Text(BaseModel):
    """What is to be labelled."""

    text: str = Field(min_length=1, max_length=50_000)


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    """Read the parameters before the first request."""
    load()
    yield


app = FastAPI(title=SETTINGS["title"], lifespan=lifespan)


@app.post("/classify")
def classify(text: Text) -> Label:
    """Label a text."""
    with lock:
        return load().predict([text.text])[0]


@app.get("/health")
def health() -> dict[str, str]:
    """Tell that the service is up."""
    return {"status": "ok", "system": SETTINGS["title"]}


@app.exception_handler(RequestValidationError)
def explain(_: Request, error: RequestValidationError) -> JSONResponse:
    """Say what is wrong without repeating the input, which may be long or no text at all."""
    faults = [{name: fault[name] for name in ("loc", "msg", "type")} for fault in error.errors()]
    return JSONResponse({"detail": faults}, status_code=422)


def serve() -> None:
    """Run the service; the command `serve`."""
    parser = argparse.ArgumentParser(description=SETTINGS["title"])
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    options = parser.parse_args()
    uvicorn.run(app, host=options.host, port=options.port)
