"""Which field each column of a returned workbook means, and what became of the fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from zhike.i18n import LazyText, lazy
from zhike.schema import CustomField
from zhike.schema.vocabulary import fold
from zhike.workspace.custom_fields import NOTE, guessed_type, slug
from zhike.workspace.editable import Editable, editable_fields, tidy
from zhike.workspace.edits import Edit, EditKind, EditLog
from zhike.workspace.returned import KEY, CustomerSheet, Returned, SheetColumn
from zhike.workspace.titles import computed_keys, keys_by_title


@dataclass(frozen=True)
class Linked:
    """A column that means a field that may be changed.

    Attributes:
        sheet: Where it is.
        column: The column.
        field: What it means.
        is_new: Whether a person added it, so that nothing of it was exported.
    """

    sheet: CustomerSheet
    column: SheetColumn
    field: Editable
    is_new: bool = False


@dataclass
class Links:
    """What the columns of a workbook mean.

    Attributes:
        linked: The columns that may be changed.
        computed: Those that may not.
        added: Fields that new columns make.
        renamed: Fields whose title was changed, with the new label.
        hidden: Fields whose column was deleted.
        notes: What else is to be said.
    """

    linked: list[Linked] = field(default_factory=list)
    computed: list[tuple[CustomerSheet, SheetColumn]] = field(default_factory=list)
    added: dict[str, CustomField] = field(default_factory=dict)
    renamed: dict[str, CustomField] = field(default_factory=dict)
    hidden: dict[str, CustomField] = field(default_factory=dict)
    notes: list[LazyText] = field(default_factory=list)


@dataclass
class Linking:
    """Tells columns apart.

    Args:
        book: The workbook.
        exported: Key to title of the columns that were exported; empty where a title is not known.
        custom: The company's own fields as they are declared now.
        log: What was said of them before.
    """

    book: Returned
    exported: Mapping[str, str]
    custom: Mapping[str, CustomField]
    log: EditLog

    def links(self) -> Links:
        """What every column means."""
        found = Links()
        for sheet in self.book.sheets:
            seen: dict[str, SheetColumn] = {}
            for column in self._in_order(sheet):
                self._link(found, sheet, column, seen)
        self._deleted(found)
        return found

    def _in_order(self, sheet: CustomerSheet) -> Iterator[SheetColumn]:
        """The columns with a key, first those whose title is the field's own; then the others."""
        return iter(sorted(sheet.columns, key=lambda it: (not it.key, not self._is_own(it))))

    def _is_own(self, column: SheetColumn) -> bool:
        return fold(column.title) in self._titles(column.key)

    def _titles(self, key: str) -> set[str]:
        """Folded titles that a column of that key had or has."""
        said = {word for word, name in keys_by_title().items() if name == key}
        if self.exported.get(key):
            said.add(fold(self.exported[key]))
        if key in self.custom:
            said |= {fold(self.custom[key].label), fold(key)}
        for edit in self.log.edits:
            if edit.kind == "renamed" and edit.field == key:
                said |= {fold(str(edit.value)), fold(str(edit.base))}
        return said

    def _link(
        self,
        found: Links,
        sheet: CustomerSheet,
        column: SheetColumn,
        seen: dict[str, SheetColumn],
    ) -> None:
        key = column.key
        if not key or (key in seen and fold(column.title) != fold(seen[key].title)):
            self._link_new(found, sheet, column, seen)
            return
        if key in seen:
            found.notes.append(_twice(sheet, column, seen[key]))
            return
        seen[key] = column
        fields = editable_fields(self.custom)
        if key in fields:
            found.linked.append(Linked(sheet, column, fields[key]))
            self._renaming(found, column)
        elif key != KEY:
            found.computed.append((sheet, column))

    def _link_new(
        self,
        found: Links,
        sheet: CustomerSheet,
        column: SheetColumn,
        seen: dict[str, SheetColumn],
    ) -> None:
        """A column that a person added: a field that is known by its title, or a new one."""
        if not column.title:
            if column.cells.null_count < len(column.cells):
                found.notes.append(
                    lazy(
                        "Column {column} of {sheet} has no title; it was left out.",
                        column=column.letter,
                        sheet=sheet.name,
                    )
                )
            return
        known = self._by_title(column.title, found)
        if known in seen or known in computed_keys() or known == KEY:
            found.notes.append(
                lazy(
                    "Column {column} of {sheet}, '{title}', is called like a column that is there "
                    "already; it was left out. Give it another title.",
                    column=column.letter,
                    sheet=sheet.name,
                    title=column.title,
                )
            )
            return
        if not known:
            new = self._new_field(column, found)
            found.added[new.name], known = new, new.name
        seen[known] = column
        editable = editable_fields({**self.custom, **found.added})[known]
        is_new = known not in self.exported
        found.linked.append(Linked(sheet, column, editable, is_new=is_new))

    def _by_title(self, title: str, found: Links) -> str:
        """The field that a title names; empty where none is called so."""
        folded = fold(title)
        for item in (*self.custom.values(), *found.added.values()):
            if folded in (fold(item.label), fold(item.name)) or folded in self._titles(item.name):
                return item.name
        return keys_by_title().get(folded, "")

    def _new_field(self, column: SheetColumn, found: Links) -> CustomField:
        values = column.cells.drop_null().to_pylist()
        for sheet in self.book.sheets:  # the same column on further sheets
            for other in sheet.columns:
                if not other.key and other is not column and other.title == column.title:
                    values += other.cells.drop_null().to_pylist()
        taken = {*self.custom, *found.added, NOTE.name, *computed_keys(), KEY}
        texts = (tidy(value) or "" for value in values)
        kind = guessed_type(texts)
        name = slug(column.title, taken)
        return CustomField(name=name, type=kind, label=column.title)

    def _renaming(self, found: Links, column: SheetColumn) -> None:
        if not column.title or self._is_own(column):
            return
        if column.key in self.custom:
            renamed = replace(self.custom[column.key], label=column.title)
            found.renamed[column.key] = renamed
        else:
            found.notes.append(
                lazy(
                    "The title of {field} was changed to '{title}'; standard columns keep theirs.",
                    field=column.key,
                    title=column.title,
                )
            )

    def _deleted(self, found: Links) -> None:
        """Fields whose column was exported and is not there any more."""
        there = {item.field.name for item in found.linked}
        for name in self.exported:
            item = self.custom.get(name)
            if item is None or item.hidden or name in there or self._told_before(name):
                continue
            found.hidden[name] = replace(item, hidden=True)

    def _told_before(self, name: str) -> bool:
        return any(
            edit.kind == "hidden" and edit.field == name and edit.export == self.book.export
            for edit in self.log.edits
        )


def hiding(item: CustomField, book: Returned) -> Edit:
    """What the store keeps of a field whose column was deleted."""
    return _about(book, kind="hidden", customer_id="", field=item.name)


def renaming(old: CustomField, new: CustomField, book: Returned) -> Edit:
    """What the store keeps of a field whose title was changed."""
    said = _about(book, kind="renamed", customer_id="", field=new.name)
    return replace(said, value=new.label, base=old.label)


def _about(book: Returned, *, kind: EditKind, customer_id: str, field: str) -> Edit:
    return Edit(
        kind=kind,
        customer_id=customer_id,
        field=field,
        source=book.name,
        path=str(book.file),
        export=book.export,
    )


def _twice(sheet: CustomerSheet, column: SheetColumn, first: SheetColumn) -> LazyText:
    return lazy(
        "Column {column} of {sheet} is a copy of column {first}; it was left out.",
        column=column.letter,
        sheet=sheet.name,
        first=first.letter,
    )
