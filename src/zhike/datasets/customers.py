"""Who the simulated customers are: their planted behaviour, and the words that name them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from zhike.datasets.columns import (
    DAY_SECONDS,
    NEVER,
    Flags,
    Floats,
    Ints,
    chosen,
    days,
    instants,
    joined,
    table_of,
    texts,
    where,
)
from zhike.datasets.company import SEGMENTS, SHARES, Company
from zhike.datasets.season import Clock, Season, midnight

FIRST_CUSTOMER = 100_000_001
"""Customer ids count up from here."""

# Segments of the Chinese numbering plan that are given to nobody; and North American area codes
# N9X, kept back for the day the plan is lengthened.
MOBILE_PREFIXES_ZH = np.array([154, 160, 161, 163, 164, 168, 169])
AREA_CODES_EN = np.array([290, 293, 294, 295, 296, 297, 390, 392, 393, 394, 395, 396, 490, 493])


@dataclass(frozen=True)
class Customers:
    """One block of customers; every array has one entry a customer.

    Attributes:
        index: Position in the whole company, from 0.
        segment: Place in `SEGMENTS`.
        daily_rate: Purchases a day on a mean day, while the customer lasts.
        lifetime_days: Days from the first purchase until gone for good.
        first_day: Day of the first purchase, counted from the company's start.
        last_day: First day on which the customer buys no more, at most the company's last.
        buys: Whether they ever buy.
        channel: Usual sales channel.
        source: What won them.
        favourite: Product category that half of their lines come from.
        city: Place in the word list.
        registered_at: Local seconds.
        duplicate_of: Position in this block of the same person's first record, -1 for none.
    """

    index: Ints
    segment: Ints
    daily_rate: Floats
    lifetime_days: Floats
    first_day: Ints
    last_day: Ints
    buys: Flags
    channel: Ints
    source: Ints
    favourite: Ints
    city: Ints
    registered_at: Ints
    duplicate_of: Ints

    def __len__(self) -> int:
        return len(self.index)

    @property
    def ids(self) -> pa.Array:
        """Customer ids as text."""
        return texts(self.index + FIRST_CUSTOMER)


def draw_customers(
    company: Company, season: Season, indexes: Ints, random: np.random.Generator
) -> Customers:
    """One block of customers."""
    size = len(indexes)
    segment = _drawn([item.share for item in SEGMENTS], size, random)
    shape = np.array([item.rate_shape for item in SEGMENTS])[segment]
    mean = np.array([item.yearly_rate for item in SEGMENTS])[segment] / 365.25
    lifetime = random.exponential(np.array([item.mean_lifetime_days for item in SEGMENTS])[segment])
    first_day = np.searchsorted(season.arrivals, random.random(size), side="right") - 1
    first_day = np.clip(first_day, 0, company.days - 1).astype(np.int64)
    last_day = np.minimum(first_day + 1 + np.floor(lifetime).astype(np.int64), company.days)
    words = company.words
    city = _drawn([item[2] for item in words["places"]["list"]], size, random)
    before = (random.exponential(0.7, size) * DAY_SECONDS).astype(np.int64)
    duplicate_of = np.where(
        random.random(size) < SHARES.duplicate,
        (random.random(size) * np.arange(size)).astype(int),
        -1,
    )
    duplicate_of[:1] = -1
    duplicate_of = np.where(np.append(duplicate_of, 0)[duplicate_of] >= 0, -1, duplicate_of)
    return Customers(
        index=indexes,
        segment=segment,
        daily_rate=random.gamma(shape, mean / shape),
        lifetime_days=lifetime,
        first_day=first_day,
        last_day=last_day,
        buys=random.random(size) >= SHARES.potential,
        channel=_drawn([item[1] for item in words["channels"]], size, random),
        source=_drawn([item[1] for item in words["sources"]], size, random),
        favourite=random.integers(0, len(words["categories"]), size),
        city=np.where(duplicate_of >= 0, city[duplicate_of], city),
        registered_at=midnight(company.start) + first_day * DAY_SECONDS - before,
        duplicate_of=duplicate_of,
    )


def customer_tables(
    company: Company, clock: Clock, customers: Customers, random: np.random.Generator
) -> tuple[pa.Table, pa.Table]:
    """The block's rows of `customers` and `people`."""
    words, size = company.words, len(customers)
    same = np.where(customers.duplicate_of >= 0, customers.duplicate_of, np.arange(size))
    gender = _drawn([share for _, share in words["genders"]], size, random)[same]
    age_days = np.clip(random.normal(33, 9, size), 16, 78) * 365.25
    birth = (midnight(company.start) - (age_days * DAY_SECONDS).astype(np.int64))[same]
    level = np.minimum((customers.daily_rate * 365.25 / 3 + random.random(size)).astype(int), 3)
    places = words["places"]["list"]
    facts = table_of(
        "customers",
        {
            "customer_id": customers.ids,
            "gender": chosen([each or None for each, _ in words["genders"]], gender),
            "birth_on": where(random.random(size)[same] < 0.7, days(birth)),
            "country": chosen([words["country"]], np.zeros(size, int)),
            "province": chosen([item[0] for item in places], customers.city),
            "city": chosen([item[1] for item in places], customers.city),
            "registered_at": instants(clock.to_utc(customers.registered_at)),
            "acquired_from": chosen([name for name, _ in words["sources"]], customers.source),
            "level": chosen(words["levels"], level),
            "tags": chosen(
                words["tags"],
                random.integers(0, len(words["tags"]), size),
                random.random(size) < 0.6,
            ),
        },
    )
    return facts, table_of("people", _people(company, customers, same, gender, random))


def customer_truth(company: Company, customers: Customers, mean_spend: Floats) -> pa.Table:
    """What was planted, one row a customer; see `Truth`."""
    words = company.words
    start = midnight(company.start)
    gone = np.where(customers.buys, start + customers.last_day * DAY_SECONDS, NEVER)
    alive = customers.first_day + 1 + customers.lifetime_days >= company.days
    first = np.where(customers.buys, start + customers.first_day * DAY_SECONDS, NEVER)
    original = customers.index[customers.duplicate_of] + FIRST_CUSTOMER
    return pa.table(
        {
            "customer_id": customers.ids,
            "segment": chosen([item.name for item in SEGMENTS], customers.segment),
            "yearly_rate": customers.daily_rate * 365.25,
            "lifetime_days": customers.lifetime_days,
            "first_on": days(first),
            "dropout_on": days(np.where(alive, NEVER, gone)),
            "is_alive": alive & customers.buys,
            "buys": customers.buys,
            "mean_order_amount": mean_spend,
            "channel": chosen([item[0] for item in words["channels"]], customers.channel),
            "acquired_from": chosen([name for name, _ in words["sources"]], customers.source),
            "favourite_category": chosen(
                [item["name"] for item in words["categories"]], customers.favourite
            ),
            "city": chosen([item[1] for item in words["places"]["list"]], customers.city),
            "duplicate_of": where(customers.duplicate_of >= 0, texts(original)),
        }
    )


def _people(
    company: Company, customers: Customers, same: Ints, gender: Ints, random: np.random.Generator
) -> dict[str, Any]:
    words, size = company.words, len(customers)
    unique = scrambled(customers.index)
    nickname = chosen(words["nicknames"], random.integers(0, len(words["nicknames"]), size))
    person, anyone = unique[same], customers.index[same]
    hosts = chosen(words["mail_hosts"], person % len(words["mail_hosts"]))
    if company.language == "zh":
        name = _name_zh(words, gender, random)
        line = scrambled(anyone, 700_000_000)
        phone = texts(MOBILE_PREFIXES_ZH[line % 7] * 100_000_000 + line // 7)
        email = where(person % 5 < 2, joined("u", texts(person), "@", hosts))
    else:
        name = _name_en(words, gender, random)
        line = scrambled(anyone, 112_000_000)
        area = AREA_CODES_EN[line % 14] * 10_000_000
        phone = joined("+1", texts(area + 2_000_000 + line // 14))
        dotted = pc.replace_substring(pc.utf8_lower(name), " ", ".")
        email = joined(dotted.take(pa.array(same)), texts(person), "@", hosts)
    return {
        "customer_id": customers.ids,
        "account": joined(nickname, texts(unique)),
        "name": name.take(pa.array(same)),
        "phone": phone,
        "email": email,
        "address": _addresses(company, customers.city, random).take(pa.array(same)),
    }


def _name_zh(words: dict[str, Any], gender: Ints, random: np.random.Generator) -> pa.Array:
    size = len(gender)
    surnames = [*words["surnames"], *words["surname_pairs"]]
    common = (random.random(size) ** 2.2 * len(surnames)).astype(int)
    male = gender == 1
    sounds = [words["given_female"], words["given_male"]]
    second, third = (
        pc.if_else(pa.array(male), *(_any_of(list(each), size, random) for each in sounds[::-1]))
        for _ in range(2)
    )
    short = pa.array(random.random(size) < 0.22)
    return joined(chosen(surnames, common), second, pc.if_else(short, "", third))


def _name_en(words: dict[str, Any], gender: Ints, random: np.random.Generator) -> pa.Array:
    size = len(gender)
    given = pc.if_else(
        pa.array(gender == 1),
        _any_of(words["given_male"], size, random),
        _any_of(words["given_female"], size, random),
    )
    head = _any_of(words["surname_heads"], size, random)
    return joined(given, " ", head, _any_of(words["surname_tails"], size, random))


def _addresses(company: Company, city: Ints, random: np.random.Generator) -> pa.Array:
    """Street addresses below the city: district, street, number, flat."""
    words, size = company.words, len(city)
    street = _any_of(words["streets"], size, random)
    estate = _any_of(words["estates"], size, random)
    number, block, flat = (texts(random.integers(1, most, size)) for most in (280, 18, 2600))
    if company.language == "en":
        return joined(number, " ", street, ", ", estate, " ", block)
    districts = [item[3] for item in words["places"]["list"]]
    begins = np.cumsum([0, *map(len, districts)])
    counts = np.diff(begins)
    place = begins[city] + random.integers(0, 1 << 30, size) % counts[city]
    district = chosen([name for each in districts for name in each], place)
    return joined(district, " ", street, number, "号", estate, block, "栋", flat, "室")


def _any_of(choices: list[str], size: int, random: np.random.Generator) -> pa.Array:
    return chosen(choices, random.integers(0, len(choices), size))


def _drawn(shares: list[float], size: int, random: np.random.Generator) -> Ints:
    ends = np.cumsum(shares) / np.sum(shares)
    return np.searchsorted(ends, random.random(size), side="right").astype(np.int64)


def scrambled(index: Ints, most: int = 1_000_000_000) -> Ints:
    """Numbers below `most` that look drawn; they never meet for indexes below it.

    The factor, a power of three, has no divisor in common with any `most` used here.
    """
    return (index * 387_420_489 + 123_456_789) % most
