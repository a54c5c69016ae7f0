"""The service: `serve` answers POST /write and /write/stream on port 8000; see /docs."""

import argparse
from itertools import chain

import uvicorn
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BaseModel, Field

import service
from service.texts import Written
from service.writer import Writer

app = FastAPI(title=str(service.__doc__))
writer = Writer()
NO_JSON: dict[int | str, dict[str, str]] = {400: {"description": "The body is not UTF-8."}}


class Input(BaseModel):
    """What a text is to be written for."""

    input: str = Field(min_length=1, max_length=50_000)


@app.post("/write", responses=NO_JSON)
def write(given: Input) -> Written:
    """Write a text for an input."""
    return writer.predict([given.input])[0]


@app.post("/write/stream", response_class=StreamingResponse, responses=NO_JSON)
def write_stream(given: Input) -> StreamingResponse:
    """Show the text while it is written: one JSON object per line, the last one is the whole."""
    texts = writer.stream(given.input)
    first = next(texts)  # a fault is told by the status, which cannot be changed later
    lines = (each.model_dump_json() + "\n" for each in chain((first,), texts))
    return StreamingResponse(lines, media_type="application/x-ndjson")


@app.get("/health")
async def health() -> dict[str, str]:
    """Tell that the service is up."""
    return {"status": "ok", "system": app.title}


@app.exception_handler(RequestValidationError)
def explain(_: Request, error: RequestValidationError) -> JSONResponse:
    """Say what is wrong without repeating the input, which may be long or no text at all."""
    faults = [{name: fault[name] for name in ("loc", "msg", "type")} for fault in error.errors()]
    return JSONResponse({"detail": faults}, status_code=422)


def serve() -> None:
    """Run the service; the command `serve`."""
    parser = argparse.ArgumentParser(description=app.title)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    uvicorn.run(app, **vars(parser.parse_args()))
