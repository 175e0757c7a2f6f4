"""The kinds of value that records are made of."""

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, TypeVar, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    TypeAdapter,
    ValidationError,
)

Unknown = Literal["not_reported", "not_available"]
"""`not_reported`: the paper does not say. `not_available`: we lack the document."""

UNKNOWN_WORDS: tuple[str, ...] = get_args(Unknown)

T = TypeVar("T")


def _known_or_unknown(value: Any) -> str:
    return "unknown" if isinstance(value, str) and value in UNKNOWN_WORDS else "known"


Maybe = Annotated[
    Annotated[T, Tag("known")] | Annotated[Unknown, Tag("unknown")],
    Discriminator(_known_or_unknown),
]
"""A value of the given type, or one of the two words for unknown."""


MOST_DIGITS, MOST_PLACES, BELOW = 12, 20, 10_000_000
"""Of every number: significant digits, places behind the point, and what none reaches.

Together they fit into the 28 digits with which decimals are computed.
"""


def _number(value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool):
        value = Decimal(value)
    if isinstance(value, Decimal) and value.is_finite():
        _, digits, places = value.as_tuple()
        if abs(value) >= BELOW:
            raise ValueError(f"must be between -{BELOW:,} and {BELOW:,}; look it up again")
        if len(digits) > MOST_DIGITS:
            raise ValueError(f"has {len(digits)} digits; write at most {MOST_DIGITS}")
        if isinstance(places, int) and -places > MOST_PLACES:
            raise ValueError(f"has {-places} places behind the point; write at most {MOST_PLACES}")
    return value


def _iso_date(value: Any) -> Any:
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise ValueError(f"'{value}' is not a date; write it as 2022-04-23") from None
    return value


def _safe_url(value: str) -> str:
    if not re.fullmatch(r"https?://[^\s<>\"']+", value):
        raise ValueError("a link starts with http:// or https:// and has no spaces or quotes")
    return value


Number = Annotated[Decimal, BeforeValidator(_number)]
"""A finite number of a size and precision that people print; it keeps its printed digits."""


LIKE_UNKNOWN = ("not reported", "not available", "unknown", "n/a", "na", "nr", "none reported")


TODO = "TODO"
"""Stands in a record that is being written; it does not validate."""


UNREADABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
"""Characters that no text holds: YAML refuses them, changes them, or shows nothing for them."""


CONTROL = "holds a control character; remove it"


def _printable(value: str) -> str:
    if value.strip() == TODO:
        raise ValueError("is still to be written")
    if not value.strip():
        raise ValueError("must not be empty")
    if value.strip().lower().replace("-", " ") in LIKE_UNKNOWN:
        words = " or ".join(UNKNOWN_WORDS)
        raise ValueError(f"'{value}' is not how unknown is said; write {words}")
    if UNREADABLE.search(value):
        raise ValueError(CONTROL)
    return value.strip()


Text = Annotated[str, Field(max_length=2000), AfterValidator(_printable)]
Count = Annotated[int, Field(ge=0, le=10_000_000)]
People = Annotated[int, Field(ge=1, le=1_000_000)]
Percent = Annotated[Number, Field(ge=0, le=100)]
NonNegative = Annotated[Number, Field(ge=0)]
Positive = Annotated[Number, Field(gt=0)]
Probability = Annotated[Number, Field(ge=0, le=1)]
Years = Annotated[Number, Field(ge=0, le=120)]
Year = Annotated[int, Field(ge=1900, le=2100)]
Date = Annotated[date, BeforeValidator(_iso_date)]
Url = Annotated[str, AfterValidator(_safe_url)]
ID = r"^[a-z0-9][a-z0-9-]{0,63}$"
Identifier = Annotated[str, Field(pattern=ID)]
CitationKey = Annotated[str, Field(pattern=ID)]
Contrast = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9]*>[A-Za-z][A-Za-z0-9]*$")]
"""Direction of a comparison, such as `TRD>HC`: more in the first group than in the second."""

Space = Literal["MNI", "TAL"]

Place = tuple[Decimal, Decimal, Decimal]
"""x, y, z of a focus in mm, as published."""


def fault_of(text: str) -> str:
    """What keeps a name from being a text of a record, as a sentence; nothing if it is one."""
    if UNREADABLE.search(text):
        return CONTROL  # pydantic itself stops at half a surrogate pair
    try:
        TypeAdapter(Text).validate_python(text)
    except ValidationError as error:
        (detail,) = error.errors(include_url=False)
        return detail["msg"].removeprefix("Value error, ")
    return ""


def declared(
    description: str,
    *,
    label: str,
    unit: str = "",
    example: object = None,
    wrong: object = None,
    names: str = "",
    page: bool = True,
    absent: str = "",
    spaced: str = "",
    **limits: Any,
) -> Any:
    """One field, declared once for everything that reads or prints it.

    `label` is its name for readers and `unit` stands behind it; `example` is a value as a record
    has it, `wrong` one that is refused. Short words in it are explained by `names`, a vocabulary of
    the review. A field with `page=False` has no row of its own on a study's page. `absent` is
    printed where a study has no such group, and spaces around the sign `spaced`. `limits` are those
    of pydantic's Field.
    """
    told = {"unit": unit, "wrong": wrong, "names": names, "absent": absent, "spaced": spaced}
    extra: dict[str, Any] = {key: value for key, value in told.items() if value} | (
        {} if page else {"page": False}
    )
    return Field(
        title=label,
        description=description,
        examples=None if example is None else [example],
        json_schema_extra=extra or None,
        **limits,
    )


class Record(BaseModel):
    """Base of every record: frozen, strict, no unknown keys, no infinities."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)


class Source(Record):
    """Where values come from."""

    covers: Annotated[
        tuple[Text, ...],
        declared(
            "Parts of this record that the place gives.",
            label="Covers",
            example=["groups.TRD", "imaging"],
            min_length=1,
        ),
    ]
    document: Annotated[
        CitationKey,
        declared("Citation key of the document.", label="Document", example="miola2023"),
    ]
    place: Annotated[
        Text,
        declared("Table, figure or section of the document.", label="Place", example="Table 1"),
    ]
    page: Annotated[
        Maybe[People],
        declared(
            "Page number; the manuscripts we hold have none.", label="Page", example=4, wrong="p. 4"
        ),
    ]


class Acknowledged(Record):
    """A doubt of `trdreport check` that is left as it is, and why."""

    code: Annotated[Text, declared("Code of the check.", label="Code", example="GRIM")]
    field: Annotated[
        Text | None,
        declared("Only doubts of this field.", label="Field", example="groups.TRD"),
    ] = None
    reason: Annotated[
        Text,
        declared(
            "Why it is left as it is.",
            label="Reason",
            example="Printed so; the authors were asked.",
        ),
    ]


class Elsewhere(Record):
    """A value of this record that another place prints differently."""

    field: Annotated[
        Text,
        declared("Path of the field.", label="Field", example="imaging.measure"),
    ]
    value: Annotated[
        Text, declared("The other value, as printed there.", label="Other value", example="ReHo")
    ]
    document: Annotated[
        CitationKey,
        declared("Citation key of the other document.", label="Document", example="miola2023"),
    ]
    place: Annotated[
        Text, declared("Table, figure or section there.", label="Place", example="Table 2")
    ]


class Spread(Record):
    """Base of a mean with its standard deviation, which are printed as one value."""

    def __str__(self) -> str:
        mean, sd = (getattr(self, name) for name in ("mean", "sd"))
        return f"{mean}" if isinstance(sd, str) else f"{mean} ± {sd}"


class MeanSd(Spread):
    """A mean with its standard deviation, both as printed; neither can be negative here."""

    mean: Annotated[
        NonNegative, declared("Mean, as printed.", label="Mean", example=35.5, wrong="35.5 months")
    ]
    sd: Annotated[
        Maybe[NonNegative], declared("Standard deviation, as printed.", label="SD", example=49.89)
    ]


class Age(Spread):
    """Age in years, mean and standard deviation, both as printed."""

    mean: Annotated[
        Years,
        declared(
            "Mean age in years.", label="Mean age", unit="years", example=27.4, wrong="27.4 ± 7.7"
        ),
    ]
    sd: Annotated[
        Maybe[NonNegative],
        declared("Standard deviation in years.", label="SD of age", unit="years", example=7.7),
    ]


def lies_in(field: str, part: str) -> bool:
    """Whether a field's path is that of a part of a record, or of something inside it."""
    return field == part or field.startswith((f"{part}.", f"{part}["))


def split_contrast(contrast: str) -> tuple[str, str]:
    """`TRD>HC` as `("TRD", "HC")`: the group with more, the group with less."""
    more, less = contrast.split(">")
    return more, less
