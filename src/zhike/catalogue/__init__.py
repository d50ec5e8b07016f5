"""What every analysis shares: purchases, customer facts, periods, metrics, parameters."""

from zhike.catalogue.amounts import metrics_of
from zhike.catalogue.analysis import Analysis, Needs, Result
from zhike.catalogue.availability import lacking
from zhike.catalogue.bare import shop_from
from zhike.catalogue.baskets import goods_lines
from zhike.catalogue.calendar import Calendar
from zhike.catalogue.cards import Card, Light, cards_of, earlier_cards, known_cards
from zhike.catalogue.customers import customers_of
from zhike.catalogue.facts import customer_facts, daily_amounts, daily_rows, purchase_history
from zhike.catalogue.metrics import METRIC, METRICS, Metric
from zhike.catalogue.parameters import Ascending, OneOf, Parameter, Share, Whole, parameters_of
from zhike.catalogue.periods import Period, PeriodText
from zhike.catalogue.placed import purchase_rows
from zhike.catalogue.products import product_facts, product_names
from zhike.catalogue.purchases import as_of_day, purchases
from zhike.catalogue.refunds import refund_rows
from zhike.catalogue.shown import Shown
from zhike.catalogue.stages import STAGES, StageThresholds, prospects, stage_thresholds
from zhike.catalogue.traits import Trait, customer_traits, traits_of

__all__ = [
    "METRIC",
    "METRICS",
    "STAGES",
    "Analysis",
    "Ascending",
    "Calendar",
    "Card",
    "Light",
    "Metric",
    "Needs",
    "OneOf",
    "Parameter",
    "Period",
    "PeriodText",
    "Result",
    "Share",
    "Shown",
    "StageThresholds",
    "Trait",
    "Whole",
    "as_of_day",
    "cards_of",
    "customer_facts",
    "customer_traits",
    "customers_of",
    "daily_amounts",
    "daily_rows",
    "earlier_cards",
    "goods_lines",
    "known_cards",
    "lacking",
    "metrics_of",
    "parameters_of",
    "product_facts",
    "product_names",
    "prospects",
    "purchase_history",
    "purchase_rows",
    "purchases",
    "refund_rows",
    "shop_from",
    "stage_thresholds",
    "traits_of",
]
