"""The BibTeX file and the bibliography made from it."""

from discovery.reports.references import cited, read_references
from discovery.resources import folder

BIB = folder("reports/references.bib")


def test_every_entry_has_author_title_year_and_a_link():
    """A reader can find each paper."""
    incomplete = [
        key
        for key, entry in read_references(BIB).items()
        if not {"author", "title", "year"} <= set(entry.fields) or not entry.link.startswith("https://")
    ]
    assert [] == incomplete


def test_all_entries_of_the_file_are_read():
    """None is lost to the layout of the file."""
    assert BIB.read_text(encoding="utf-8").count("\n@") == len(read_references(BIB))


def test_a_reference_is_one_line_of_text():
    """Authors with given names first, title, place, year."""
    assert (
        "Ricky T. Q. Chen, Yulia Rubanova, Jesse Bettencourt, David Duvenaud. Neural Ordinary Differential Equations. "
        "Advances in Neural Information Processing Systems 31. 2018."
    ) == read_references(BIB)["Chen2018"].text


def test_a_title_that_ends_with_a_full_stop_has_one():
    """As one that ends with an abbreviation does."""
    assert ".." not in read_references(BIB)["Bock1983"].text


def test_cited_keys_keep_their_order_and_unknown_ones_are_named():
    """Repeats count once; a key that the file lacks is reported, not dropped."""
    known, unknown = cited(("Bock1983", "Nobody1900", "Bock1983", "Chen2018"), BIB)
    assert ["Bock1983", "Chen2018"] == [reference.key for reference in known]
    assert ("Nobody1900",) == unknown
