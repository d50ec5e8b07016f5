"""What each table would add, and which analyses to read for which goal: advice as data."""

from __future__ import annotations

from zhike.i18n import LazyText, lazy

TABLE_ADVICE: dict[str, LazyText] = {
    "orders": lazy("Everything begins here: who bought, when and for how much."),
    "order_lines": lazy("Which products are bought, together and one after the other."),
    "products": lazy("Categories, names, cost and stock: preferences, margin, reorders."),
    "refunds": lazy("What comes back, of which products and customers."),
    "customers": lazy("Who customers are: place, age, source, level, tags."),
    "people": lazy("Name and contact, to reach those whom a result names."),
    "leads": lazy("Which prospects become customers, by source."),
    "spend": lazy("What winning a customer costs, and when it is paid back."),
    "events": lazy("What visitors do before they buy: pages, products, devices."),
    "interactions": lazy("Calls, visits and chats: how close a customer is."),
    "responses": lazy("What customers answer in surveys: satisfaction, motives, needs."),
    "reviews": lazy("What customers write about products."),
    "tickets": lazy("Complaints and service: what is wrong, and how fast it is put right."),
    "touches": lazy("Which messages customers received, and whether they acted on them."),
    "market": lazy("Competitors and the market, to tell our share."),
    "staff": lazy("Who looks after which customers."),
}
"""What a standard table adds to the answers."""

CHECKS: dict[str, LazyText] = {
    "history_days": lazy("Days of history"),
    "purchases": lazy("Purchases"),
    "customers": lazy("Customers with a purchase"),
    "repeat_customers": lazy("Customers with two purchases or more"),
    "identified_share": lazy("Share of purchases whose customer is known"),
    "timed_share": lazy("Share of orders with a time of day"),
}
CHECK_ADVICE: dict[str, LazyText] = {
    "history_days": lazy(
        "Add older exports: seasons and the same month of last year need two years."
    ),
    "purchases": lazy("With so few, most differences are chance. Add older exports or branches."),
    "customers": lazy("With so few, read names rather than shares."),
    "repeat_customers": lazy(
        "With so few who came back, rhythm, cohorts and lifetime value rest on a handful."
    ),
    "identified_share": lazy(
        "Ask for the member number at the counter, or add the platform's buyer id: unknown buyers "
        "are in no customer number."
    ),
    "timed_share": lazy("Export the order time, not only the day: hours of the day need it."),
}
ENOUGH: dict[str, float] = {
    "history_days": 730,
    "purchases": 1000,
    "customers": 300,
    "repeat_customers": 100,
    "identified_share": 0.8,
    "timed_share": 0.8,
}
"""From which on the questions that lean on it can be answered well."""

GOALS: dict[str, LazyText] = {
    "retention": lazy("Keep customers"),
    "value": lazy("Sell more to customers there are"),
    "new": lazy("Win new customers"),
    "returns": lazy("Cut returns"),
    "satisfaction": lazy("Raise satisfaction"),
    "risk": lazy("Know the risks"),
    "know": lazy("Know who customers are"),
}

STEPS: dict[str, tuple[tuple[str, LazyText], ...]] = {
    "retention": (
        ("lifecycle", lazy("How many are in each stage, and how many were lost lately.")),
        ("cohorts", lazy("Whether newer customers stay longer than older ones.")),
        ("nurture", lazy("Which first purchases lead to a second one.")),
        ("rhythm", lazy("After how many days a customer is late.")),
        ("relationship", lazy("Who is cooling and can still be kept.")),
        ("lost_traits", lazy("What those who left have in common.")),
        ("rfm", lazy("Whom to write to first: valuable and slipping away.")),
    ),
    "value": (
        ("value_tiers", lazy("Who is worth most, and who could move up.")),
        ("categories", lazy("What each kind of customer buys, and what is missing.")),
        ("nurture", lazy("What usually follows on what: the next offer.")),
        ("promotions", lazy("Who needs a discount, and who never did.")),
        ("channels", lazy("Whether those who use two channels bring more.")),
        ("loyalty", lazy("What loyal customers do differently.")),
    ),
    "new": (
        ("new_returning", lazy("Whether growth comes from new customers at all.")),
        ("acquisition", lazy("Which source brings customers who stay, and at what cost.")),
        ("regions", lazy("Where there are fewer customers than there could be.")),
        ("profile", lazy("Whom good customers are like: look for more of them.")),
        ("nurture", lazy("With what to begin, so that they come back.")),
    ),
    "returns": (
        ("returns", lazy("Which products come back beyond chance, and how much money it is.")),
        ("categories", lazy("Where these products stand in the mix.")),
        ("channels", lazy("Whether one channel sends more back.")),
    ),
    "satisfaction": (
        ("satisfaction", lazy("What customers say: recommendation and satisfaction.")),
        ("returns", lazy("What they say by sending things back.")),
        ("relationship", lazy("Who has gone quiet without a word.")),
        ("cohorts", lazy("Whether it shows: do they come back?")),
    ),
    "risk": (
        ("concentration", lazy("How much hangs on how few.")),
        ("lifecycle", lazy("How many are about to be lost.")),
        ("returns", lazy("Where returns run beyond chance.")),
        ("new_returning", lazy("Whether fewer customers are won.")),
        ("seasonality", lazy("What is season and what is trend.")),
    ),
    "know": (
        ("overview", lazy("How business is.")),
        ("profile", lazy("Who customers are: place, age, level, source.")),
        ("rfm", lazy("How recent, frequent and valuable they are.")),
        ("heatmap", lazy("On which days and hours they buy.")),
        ("categories", lazy("What they like.")),
        ("channels", lazy("Where they buy.")),
    ),
}
"""For each goal the analyses to read, in this order, and what each is read for."""
