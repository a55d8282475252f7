from pathlib import Path

import numpy as np
import pytest

from recon_model.data.clouds import Cloud, read
from recon_model.errors import InputError

ROWS = [(1.5, 2.5, -3.5), (4.0, 5e1, 6.0), (-7.25, 0.5, 9.0)]


def opened(folder: Path, text: str | bytes, name: str = "a.xyz") -> Cloud:
    file = folder / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read(file)


@pytest.mark.parametrize("between", [" ", "\t", ",", ", ", ";", "   "])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_any_separator_and_line_end(tmp_path: Path, between: str, ends: str) -> None:
    cloud = opened(tmp_path, ends.join(between.join(map(str, row)) for row in ROWS) + ends)
    np.testing.assert_allclose(cloud.points + cloud.origin, ROWS)


@pytest.mark.parametrize("between", [";", "\t", " "])
def test_decimal_commas(tmp_path: Path, between: str) -> None:
    text = "\n".join(between.join(f"{value:.3f}".replace(".", ",") for value in row) for row in ROWS)
    np.testing.assert_allclose(opened(tmp_path, text).points + opened(tmp_path, text).origin, ROWS)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "utf-16-be"])
def test_other_encodings(tmp_path: Path, encoding: str) -> None:
    text = ("\ufeff" if encoding == "utf-16-be" else "") + "\n".join(" ".join(map(str, row)) for row in ROWS)
    assert opened(tmp_path, text.encode(encoding)).vertex_count == 3


def test_named_columns_are_taken_at_their_word(tmp_path: Path) -> None:
    cloud = opened(tmp_path, 'Point ID,R,G,B,"X",Y,Z\n1,255,0,0,1,2,3\n2,0,128,0,4,5,7\n', "a.csv")
    np.testing.assert_allclose(cloud.points + cloud.origin, [[1, 2, 3], [4, 5, 7]])
    assert cloud.colours is not None
    assert cloud.colours.tolist() == [[255, 0, 0], [0, 128, 0]]


def test_header_of_cloudcompare_in_a_comment(tmp_path: Path) -> None:
    cloud = opened(tmp_path, "//X Y Z R G B\n1 2 3 10 20 30\n4 5 6 40 50 60\n", "a.txt")
    assert cloud.colours is not None
    assert cloud.colours.tolist() == [[10, 20, 30], [40, 50, 60]]


def test_pts_has_a_count_and_intensity_before_colours(tmp_path: Path) -> None:
    cloud = opened(tmp_path, "2\n1 2 3 50 10 20 30\n4 5 6 60 40 50 60\n", "a.pts")
    assert (cloud.format, cloud.vertex_count) == ("pts", 2)
    assert cloud.colours is not None
    assert cloud.colours.tolist() == [[10, 20, 30], [40, 50, 60]]


def test_a_wrong_count_is_noted(tmp_path: Path) -> None:
    assert any("promises 9 points, but the file holds 2" in note for note in opened(tmp_path, "9\n1 2 3\n4 5 6\n", "a.pts").notes)


def test_unnamed_normals_and_fractions_are_told_apart(tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    normals = generator.normal(size=(40, 3))
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    colours = generator.random((40, 3))
    table = np.concatenate([generator.normal(size=(40, 3)), normals, colours], axis=1)
    cloud = opened(tmp_path, "\n".join(" ".join(f"{value:.6f}" for value in row) for row in table))
    np.testing.assert_allclose(cloud.normals, normals, atol=1e-5)
    np.testing.assert_allclose(cloud.colours, colours * 255, atol=1)


def test_bad_lines_are_counted_not_hidden(tmp_path: Path) -> None:
    cloud = opened(tmp_path, "1 2 3\noops\n4 5 6\n7 8 9 # fine\n")
    assert cloud.vertex_count == 3
    assert any(note.startswith("1 line of 4") for note in cloud.notes)


def test_numbers_beyond_double_precision_are_not_finite(tmp_path: Path) -> None:
    cloud = opened(tmp_path, "1e400 0 0\n1 2 3\n1e39 0 0\n4 5 6\n")
    assert cloud.vertex_count == 4
    assert len(cloud.points) == 2


def test_long_tables_are_thinned_before_they_are_parsed(tmp_path: Path) -> None:
    file = tmp_path / "a.xyz"
    np.savetxt(file, np.arange(9000.0).reshape(3000, 3), fmt="%g")
    cloud = read(file, max_points=100)
    assert (cloud.vertex_count, len(cloud.points)) == (3000, 100)
    x = (cloud.points + cloud.origin)[:, 0]
    assert (np.floor(x / 90) == np.arange(100)).all(), "one point from each hundredth of the file"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("only words\nand more words\n", "no line of at least 3 numbers"),
        ("1 2\n3 4\n", "no line of at least 3 numbers"),
        ("1 2 3 " * 5000, "too long for a row"),
        ("1 2 3\n" + "oops\n" * 9, "no table of coordinates"),
        ("nan nan nan\n" * 3, "no finite coordinates"),
    ],
)
def test_what_is_no_table_says_so(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        opened(tmp_path, text)


@pytest.mark.parametrize(
    ("header", "rows"),
    [
        ("id,x,y,z,label", "{id},{x},{y},{z},chair"),
        ("id,x,y,z,conf", "{id},{x},{y},{z},"),
        ("id,,x,y,z", "{id},,{x},{y},{z}"),
        (",x,y,z,conf", ",{x},{y},{z},NA"),
        ("label,x,y,z", "chair,{x},{y},{z}"),
        ('"label","z","y","x"', '"chair, red",{z},{y},{x}'),
        ("time;x;y;z;sensor", "2024-01-01 10:00:00;{x};{y};{z};top"),
        ("id\tx\ty\tz\tlabel", "{id}\t{x}\t{y}\t{z}\tchair"),
        ("\tx\ty\tz\tlabel", "{id}\t{x}\t{y}\t{z}\t"),
        ("#\tx\ty\tz", "{x}\t{y}\t{z}"),
        ("# id x y z label", "{id} {x} {y} {z} chair # seen"),
        ("id,x,y,z,label\nm,m,m,m,\n", "{id},{x},{y},{z}"),
        ("# id, x, y, z, red, green, blue\n3", "{id},{x},{y},{z},,,"),
    ],
)
def test_words_and_gaps_beside_named_columns_move_none_of_them(tmp_path: Path, header: str, rows: str) -> None:
    lines = [rows.format(id=100 * row, x=x, y=y, z=z) for row, (x, y, z) in enumerate(ROWS)]
    cloud = opened(tmp_path, "\n".join([header, *lines]) + "\n", "a.csv")
    np.testing.assert_allclose(cloud.points + cloud.origin, ROWS)
    assert (cloud.colours, cloud.parts) == (None, None)
    if ";" in rows:  # and with decimal commas
        cloud = opened(tmp_path, "\n".join([header, *lines]).replace(".", ","), "a.csv")
        np.testing.assert_allclose(cloud.points + cloud.origin, ROWS)


def test_an_empty_field_is_nan_in_some_rows_only(tmp_path: Path) -> None:
    text = "id,x,y,z,r,g,b\n0,1,2,3,,,\n1,4,5,6,10,20,30\n2,,5,6,10,20,30\nwords\n// a, remark, of, four\n"
    cloud = opened(tmp_path, text, "a.csv")
    np.testing.assert_allclose(cloud.points + cloud.origin, [[1, 2, 3], [4, 5, 6]])
    assert cloud.colours is not None
    assert cloud.colours.tolist() == [[0, 0, 0], [10, 20, 30]]
    assert cloud.notes[0].startswith("1 line of 5 could not be read")
    assert cloud.notes[1].startswith("1 point of 3 had no finite coordinates")


def test_a_remark_that_names_other_columns_than_there_are_is_no_header(tmp_path: Path) -> None:
    cloud = opened(tmp_path, "# columns: x y z\n1 2 3\n4 5 6\n", "a.txt")
    np.testing.assert_allclose(cloud.points + cloud.origin, [[1, 2, 3], [4, 5, 6]])
