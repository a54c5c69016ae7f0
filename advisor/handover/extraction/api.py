"""The service: `serve` answers POST /extract on port 8000 and describes itself at /docs."""

import argparse

import uvicorn
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

import service
from service.extractor import Extractor
from service.spans import Found

app = FastAPI(title=str(service.__doc__))
extractor = Extractor()
NO_JSON: dict[int | str, dict[str, str]] = {400: {"description": "The body is not UTF-8."}}


class Text(BaseModel):
    """Where spans are to be found."""

    text: str = Field(min_length=1, max_length=50_000)


@app.post("/extract", responses=NO_JSON)
def extract(text: Text) -> Found:
    """Find the spans of a text."""
    return extractor.predict([text.text])[0]


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
