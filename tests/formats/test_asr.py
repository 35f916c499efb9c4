"""Transcripts of Vosk, AWS, Google and Deepgram: their words with their times."""

import json
from typing import Any

import pytest

from speechsubs.errors import InputError
from speechsubs.formats.asr import read_transcript

VOSK = {
    "result": [
        {"conf": 0.9, "start": 0.5, "end": 0.9, "word": "good"},
        {"conf": 1.0, "start": 0.9, "end": 1.4, "word": "evening"},
    ],
    "text": "good evening",
}
AWS = {
    "jobName": "talk",
    "results": {
        "language_code": "en-US",
        "transcripts": [{"transcript": "Good evening."}],
        "items": [
            {"type": "pronunciation", "start_time": "0.5", "end_time": "0.9",
             "alternatives": [{"confidence": "0.9", "content": "Good"}]},
            {"type": "pronunciation", "start_time": "0.9", "end_time": "1.4",
             "alternatives": [{"confidence": "1.0", "content": "evening"}]},
            {"type": "punctuation", "alternatives": [{"confidence": "0.0", "content": "."}]},
        ],
    },
}  # fmt: skip
GOOGLE = {
    "results": [
        {
            "languageCode": "en-us",
            "alternatives": [
                {
                    "transcript": "Good evening.",
                    "words": [
                        {"startTime": "0.500s", "endTime": "0.900s", "word": "Good"},
                        {"startOffset": "0.9s", "endOffset": "1.4s", "word": "evening."},
                    ],
                }
            ],
        }
    ]
}
DEEPGRAM = {
    "results": {
        "channels": [
            {
                "detected_language": "en",
                "alternatives": [
                    {
                        "words": [
                            {"word": "good", "punctuated_word": "Good", "start": 0.5, "end": 0.9},
                            {"word": "evening", "punctuated_word": "evening.", "start": 0.9,
                             "end": 1.4, "confidence": 0.8, "speaker": 0},
                        ]
                    }
                ],
            }
        ]
    }
}  # fmt: skip
ALL = {"vosk": VOSK, "vosk list": [VOSK], "aws": AWS, "google": GOOGLE, "deepgram": DEEPGRAM}


@pytest.mark.parametrize("name", ALL)
def test_words_and_times(name: str) -> None:
    read = read_transcript(json.dumps(ALL[name]), "talk.json")
    assert read.timed
    words = [word for paragraph in read.paragraphs for word in paragraph.words]
    assert [word.text.lower().strip(".") for word in words] == ["good", "evening"]
    assert [(word.start_ms, word.end_ms) for word in words] == [(500, 900), (900, 1400)]


@pytest.mark.parametrize(
    ("name", "tag"), [("aws", "en-US"), ("google", "en-us"), ("deepgram", "en")]
)
def test_the_language_is_what_the_file_says(name: str, tag: str) -> None:
    assert read_transcript(json.dumps(ALL[name]), "talk.json").language == tag


def test_marks_stand_on_their_words() -> None:
    (paragraph,) = read_transcript(json.dumps(AWS), "-").paragraphs
    assert paragraph.text == "Good evening."


def test_confidence_is_kept() -> None:
    (paragraph,) = read_transcript(json.dumps(AWS), "-").paragraphs
    assert [word.confidence for word in paragraph.words] == [0.9, 1.0]


def test_seconds_and_nanos() -> None:
    data = json.loads(json.dumps(GOOGLE))
    data["results"][0]["alternatives"][0]["words"][0]["startTime"] = {
        "seconds": "0", "nanos": 250_000_000
    }  # fmt: skip
    (paragraph,) = read_transcript(json.dumps(data), "-").paragraphs
    assert paragraph.words[0].start_ms == 250


def broken() -> list[tuple[Any, str]]:
    return [
        ({"result": [{"word": "a", "start": "x"}]}, "result[0].start"),
        ({"result": [7]}, "result[0]"),
        ({"results": {"items": [{"type": "pronunciation"}]}}, "results.items[0]"),
        ({"results": [{"alternatives": [{"transcript": 5}]}]}, "transcript"),
        ({"results": {"channels": [{"alternatives": [{"words": [{"start": 1}]}]}]}}, "words[0]"),
    ]


@pytest.mark.parametrize(("data", "place"), broken())
def test_what_is_broken_is_named(data: Any, place: str) -> None:
    with pytest.raises(InputError) as caught:
        read_transcript(json.dumps(data), "talk.json")
    assert place in str(caught.value)
