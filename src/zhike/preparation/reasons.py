"""Why a record was not loaded, and what was mended: stable codes and their sentences."""

from __future__ import annotations

from collections.abc import Mapping

from zhike.i18n import LazyText, lazy
from zhike.schema import standard_tables

_MISSING = {
    f"missing_{field.name}": lazy("{field} is missing.", field=field.label)
    for table in standard_tables()
    for field in table.fields
    if field.required
}

REASONS: Mapping[str, LazyText] = {
    # what the file source set aside
    "blank": lazy("The row is blank."),
    "title": lazy("The row is a title or a note outside the table."),
    "total": lazy("The row is a total of the table."),
    "repeated_header": lazy("The row repeats the header."),
    "too_many_columns": lazy("The row has more columns than the header."),
    "no_table": lazy("The sheet is no table that Zhike knows."),
    "undecodable": lazy("The row holds bytes that are no text."),
    "not_json": lazy("The line is not JSON."),
    "not_an_object": lazy("The line is JSON, but not an object with named values."),
    # what preparation set aside
    **_MISSING,
    "missing_identity": lazy("Nothing says which customer it is."),
    "order_id_digits_lost": lazy(
        "A spreadsheet has rounded the order id (1.23E+18); export the file anew with ids as text."
    ),
    "unreadable_date": lazy("The date cannot be read, or there is no such day."),
    "future_date": lazy("The date is later than the day on which the file came."),
    "implausible_date": lazy("The date is before 1990."),
    "unreadable_amount": lazy("An amount or quantity is no number."),
    "negative_price": lazy("The price is negative, and the line is no discount or adjustment."),
    "currency_without_rate": lazy("The amount is in a currency that the rates table lacks."),
    "order_rejected": lazy("The record that carries the order's own fields was set aside."),
    "duplicate": lazy("Another record says the same; they were made one."),
}
"""Reason code to the sentence that says it."""

REPAIRS: Mapping[str, LazyText] = {
    "unreadable": lazy("Could not be read and was left empty."),
    "unknown_word": lazy("A word that no vocabulary knows; the usual value was taken."),
    "float_id": lazy("The “.0” that a spreadsheet added was taken off an id."),
    "quoted_id": lazy("The quotes around an id were taken off."),
    "digits_lost": lazy("An id that a spreadsheet had rounded was left empty."),
    "money_signs": lazy("Currency signs and thousands commas were taken off."),
    "number_words": lazy("Brackets, units or remarks beside a number were read."),
    "phone_format": lazy("A phone number was brought to one format."),
    "email_format": lazy("An e-mail address was brought to one format."),
    "place_name": lazy("A place name was brought to its short form."),
    "stock_adjustment": lazy(
        "A line of negative quantity without price or customer was kept as a stock adjustment."
    ),
    "return_document": lazy("A line of negative quantity or amount was read as a refund."),
    "paid_differs": lazy("The paid amount differs from the parts of the order."),
    "paid_before_ordered": lazy("The payment is dated before the order."),
}
"""Rule code to the sentence that says what was done."""
