"""Write SQuAD 1.1 dev as a project folder that `advisor prototype` reads.

Run: python tests/benchmarks/squad_project.py FOLDER [--data dev-v1.1.json]
     advisor prototype FOLDER/answers.yaml --data FOLDER --arms rag -o run

Every paragraph of the 48 articles becomes a document of its own, so that the recall of the trial
counts the one paragraph that a question was written for.
"""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "squad" / "dev-v1.1.json"
ANSWERS = """schema_version: 1
project: {name: SQuAD 1.1 dev}
answers: {task_kind: document_qa, failure_mode: missing_facts, corpus_size: hundreds_of_pages,
          data_volatility: yearly, source_citation: helpful, latency_budget: 2s}
"""


def write_project(articles: list[dict[str, object]], folder: Path) -> int:
    """Write documents, questions and answers; return how many questions there are."""
    (folder / "documents").mkdir(parents=True)
    questions = []
    for number, article in enumerate(articles):
        title = re.sub(r"\W+", "_", str(article["title"]))
        for place, paragraph in enumerate(article["paragraphs"]):
            name = f"{number:02}_{title}_{place:03}.txt"
            (folder / "documents" / name).write_text(paragraph["context"] + "\n", encoding="utf-8")
            questions += [_question(asked, name) for asked in paragraph["qas"]]
    with (folder / "questions.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(question) + "\n" for question in questions)
    (folder / "answers.yaml").write_text(ANSWERS, encoding="utf-8")
    return len(questions)


def _question(asked: dict[str, object], document: str) -> dict[str, object]:
    answers = sorted({answer["text"] for answer in asked["answers"]})
    return {"question": asked["question"], "answers": answers, "sources": [document]}


def main() -> None:
    """Write the folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="a folder that does not exist yet")
    parser.add_argument("--data", type=Path, default=DATA, help="dev-v1.1.json")
    arguments = parser.parse_args()
    articles = json.loads(arguments.data.read_text(encoding="utf-8"))["data"]
    print(f"{write_project(articles, arguments.folder)} questions in {arguments.folder}")


if __name__ == "__main__":
    main()
