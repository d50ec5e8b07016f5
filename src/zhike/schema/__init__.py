"""The standard tables and the glossary: one meaning a column, everywhere."""

from zhike.schema.custom import CustomField
from zhike.schema.fields import ARROW_TYPES, MONEY, Field, Kind, Personal, StandardTable
from zhike.schema.shop import Shop
from zhike.schema.tables import TABLE_NAMES, standard_table, standard_tables

__all__ = [
    "ARROW_TYPES",
    "MONEY",
    "TABLE_NAMES",
    "CustomField",
    "Field",
    "Kind",
    "Personal",
    "Shop",
    "StandardTable",
    "standard_table",
    "standard_tables",
]
