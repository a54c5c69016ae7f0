"""The service: `serve` answers POST /ask and /ask/stream on port 8000; see /docs."""

import argparse
from itertools import chain

import uvicorn
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BaseModel, Field

import service
from service.answerer import Answerer
from service.answers import Answer

app = FastAPI(title=str(service.__doc__))
answerer = Answerer()
NO_JSON: dict[int | str, dict[str, str]] = {400: {"description": "The body is not UTF-8."}}


class Question(BaseModel):
    """What somebody wants to know."""

    question: str = Field(min_length=1, max_length=50_000)


@app.post("/ask", responses=NO_JSON)
def ask(question: Question) -> Answer:
    """Answer a question."""
    return answerer.predict([question.question])[0]


@app.post("/ask/stream", response_class=StreamingResponse, responses=NO_JSON)
def ask_stream(question: Question) -> StreamingResponse:
    """Answer while it is written: one JSON object per line, the last one is the whole answer."""
    answers = answerer.stream(question.question)
    first = next(answers)  # a fault is told by the status, which cannot be changed later
    lines = (each.model_dump_json() + "\n" for each in chain((first,), answers))
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
