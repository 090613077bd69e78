"""A mistake is a message and a place, said whole in either language."""

from cairn.documents.mistakes import Place, in_order, mistake


def test_a_mistake_is_told_with_its_place() -> None:
    at = Place("roster.csv", row=12, column="入职日期", subject="E007")
    told = mistake("date:unknown", written="x").at(at)
    assert told.text("zh").startswith("roster.csv，第 12 行，E007，列「入职日期」：「x」不是认得的日期格式")
    assert told.text("en").startswith("roster.csv, row 12, E007, column 入职日期: 'x' is in no known format")


def test_a_place_keeps_what_it_knows_itself() -> None:
    told = mistake("cell:empty").at(Place(row=3)).at(Place("a.csv", row=1))
    assert told.place == Place("a.csv", row=3)
    assert mistake("cell:empty").text("en") == "it is empty: fill it in"


def test_mistakes_stand_in_the_order_of_the_file_and_once() -> None:
    late, early = (mistake("cell:empty").at(Place("a", row=n)) for n in (10, 9))
    assert in_order([late, early, late]) == [early, late]
