"""The tables that a run writes its curves into."""

from colorgan.training.tables import append, cut, read_table


def test_rows_and_columns_are_added_as_they_come(tmp_path):
    path = tmp_path / "metrics.csv"
    assert read_table(path) == []
    append(path, {"steps": 1, "huber": 0.5})
    append(path, {"steps": 2, "critic": 0.25})
    append(path, {"steps": 3})
    assert read_table(path) == [
        {"steps": "1", "huber": "0.5", "critic": ""},
        {"steps": "2", "huber": "", "critic": "0.25"},
        {"steps": "3", "huber": "", "critic": ""},
    ]


def test_what_a_run_will_write_once_more_is_cut_off(tmp_path):
    path = tmp_path / "metrics.csv"
    for steps in (1, 2, 3):
        append(path, {"steps": steps})
    cut(path, 2)
    assert [row["steps"] for row in read_table(path)] == ["1", "2"]
    cut(path, -1)
    assert not path.exists()
