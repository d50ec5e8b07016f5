"""Rules that say which customers are meant: `recency_days > 90 and city in ('上海', '杭州')`.

A rule is read by hand-written code, checked against the fields that there are, and becomes a
bound Ibis expression; nothing of it is ever executed or pasted into a query.
"""

from zhike.catalogue.rules.conditions import (
    And,
    Between,
    Compare,
    Condition,
    Empty,
    In,
    Matches,
    Member,
    Not,
    Or,
)
from zhike.catalogue.rules.fields import Fields, Provided, Provider, RuleField
from zhike.catalogue.rules.members import (
    FieldSource,
    equip,
    equipment_of,
    fields_of,
    members_of,
    segment_members,
    segment_sizes,
    shop_of,
)
from zhike.catalogue.rules.rule import Rule, named_segments, parse_rule

__all__ = [
    "And",
    "Between",
    "Compare",
    "Condition",
    "Empty",
    "FieldSource",
    "Fields",
    "In",
    "Matches",
    "Member",
    "Not",
    "Or",
    "Provided",
    "Provider",
    "Rule",
    "RuleField",
    "equip",
    "equipment_of",
    "fields_of",
    "members_of",
    "named_segments",
    "parse_rule",
    "segment_members",
    "segment_sizes",
    "shop_of",
]
