"""Methods side by side: figures and differences, what frames are chosen, the page, the plots, and few frames."""

import base64
import csv
import json
import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from pointreel.core import FormatError, PointreelError
from pointreel.evaluate import (
    Comparison,
    best_frames,
    compare,
    different_frames,
    paired_differences,
    scorers,
    sparse_study,
    worst_frames,
    write_comparison,
    write_plots,
    write_sparse_study,
)
from pointreel.evaluate.frame_pictures import contours
from pointreel.evaluate.sparse_study import NUM_FRAMES

SIZE, FRAMES, SEQUENCES = (48, 64), 24, ("bär 1", "wolf & co", "zebra")


def labels(sequence: int, k: int, error: int = 0) -> np.ndarray:
    pixels = np.zeros(SIZE, np.uint8)
    pixels[4:20, 4 + k + error : 20 + k + error] = 1
    pixels[26 + sequence : 40, 6:26] = 2
    return pixels


def put(path: Path, pixels: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.fromarray(pixels)
    image.putpalette(list(range(256)) * 3)
    image.save(path)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A DAVIS root with pictures; ``near`` is off by 1 pixel, ``far`` by 3, and loses ``zebra`` in its tenth frame."""
    top = tmp_path_factory.mktemp("côm pare")
    for s, name in enumerate(SEQUENCES):
        for k in range(FRAMES):
            file = f"{name}/{k:05d}.png"
            put(top / "DAVIS" / "Annotations" / "480p" / file, labels(s, k))
            put(top / "near" / file, labels(s, k, 1))
            put(top / "far" / file, np.zeros(SIZE, np.uint8) if (s, k) == (2, 10) else labels(s, k, 3))
            picture = top / "DAVIS" / "JPEGImages" / "480p" / name / f"{k:05d}.jpg"
            picture.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(np.full((2 * SIZE[0], 2 * SIZE[1], 3), 10 * k, np.uint8)).save(picture)
    return top


@pytest.fixture(scope="module")
def found(root: Path) -> Comparison:
    return compare(root / "DAVIS", {"near": root / "near", "far <b>": root / "far"})


def test_figures_are_those_of_the_scorer(root: Path, found: Comparison) -> None:
    for method, path in zip(found.methods, ("near", "far"), strict=True):
        alone = scorers.build("davis").score(root / "DAVIS", root / path)
        assert method.report.overall == alone.overall
        assert method.report.intervals == alone.intervals
    assert (found.sequences, found.num_objects, found.num_frames) == (SEQUENCES, 6, 3 * (FRAMES - 2))


def test_differences_are_of_the_second_over_the_first(found: Comparison) -> None:
    near, far = (method.report.overall for method in found.methods)
    difference = found.differences["far <b>"]["J&F"]
    assert difference.value == pytest.approx(far["J&F"] - near["J&F"])
    assert difference.low <= difference.value <= difference.high < 0
    assert difference.p == 0.25  # three sequences lean to one side by chance as often
    assert found.warnings == ("Only 3 sequences: intervals and p-values say little about others.",)
    assert "near" not in found.differences


def test_a_method_does_not_differ_from_itself(root: Path) -> None:
    same = compare(root / "DAVIS", {"a": root / "near", "b": root / "near"}).differences["b"]
    assert {(one.value, one.low, one.high, one.p) for one in same.values()} == {(0, 0, 0, 1)}


def test_clear_differences_have_a_small_p() -> None:
    rows = {str(k): [{"J": 0.5 + k / 100}] for k in range(12)}
    higher = {name: [{"J": row["J"] + 0.1 + int(name) / 1000}] for name, [row] in rows.items()}
    assert paired_differences(higher, rows)["J"].p == 2 ** (1 - 12)
    assert paired_differences({"0": [{"J": 0.9}]}, {"0": [{"J": 0.1}]})["J"].p == 1


def test_p_is_honest_where_there_is_no_difference() -> None:
    """Under the null p is below 0.1 about one time in ten; a broken tail would be far from it."""
    dice = np.random.default_rng(0)
    small = 0
    for _ in range(60):
        a, b = dice.normal(0.5, 0.1, (2, 30)).tolist()
        rows, others = ({str(k): [{"J": value}] for k, value in enumerate(values)} for values in (a, b))
        small += paired_differences(rows, others)["J"].p < 0.1
    assert 1 <= small <= 15


def test_over_time_is_the_mean_over_objects(root: Path, found: Comparison) -> None:
    row = found.methods[1].over_time("zebra")
    assert list(row) == [f"{k:05d}" for k in range(1, FRAMES - 1)]
    assert row["00010"] == 0
    moved = (16 - 3) / (16 + 3)
    assert row["00003"] == pytest.approx((moved + 1) / 2)


def test_only_what_all_have_is_compared(root: Path, tmp_path: Path) -> None:
    for name in SEQUENCES[:2]:
        for k in range(FRAMES):
            put(tmp_path / "some" / name / f"{k:05d}.png", labels(0, k))
    paths = {"all": root / "near", "some": tmp_path / "some"}
    with pytest.raises(PointreelError, match="zebra/"):
        compare(root / "DAVIS", paths)
    partial = compare(root / "DAVIS", paths, partial=True)
    assert partial.sequences == SEQUENCES[:2]
    expected = [row for name, row in partial.methods[0].report.per_object.items()]
    assert partial.methods[0].report.overall["J_mean"] == pytest.approx(np.mean([row["J_mean"] for row in expected]))
    assert len(expected) == 4
    assert any("zebra" in warning for warning in partial.warnings)


def test_objects_that_come_late_count_from_then(root: Path, tmp_path: Path) -> None:
    late = compare(root / "DAVIS", {"near": root / "near"}, benchmark="mose")
    assert late.methods[0].report.overall == scorers.build("mose").score(root / "DAVIS", root / "near").overall
    for k in range(6):
        pixels = np.zeros(SIZE, np.uint8)
        if k >= 3:
            pixels[4:9, 4:9] = 1
        put(tmp_path / "gt" / "a" / f"{k:05d}.png", pixels)
    row = compare(tmp_path / "gt", {"gt": tmp_path / "gt"}, benchmark="mose").methods[0].over_time("a")
    assert np.isnan([row["00001"], row["00002"]]).all()
    assert row["00003"] == 1


def test_benchmarks_without_frames_are_named() -> None:
    with pytest.raises(PointreelError, match=r"'ytvis' has no scores of single frames.*davis, lvos, mose, tao-vos"):
        compare(Path(), {"a": Path()}, benchmark="ytvis")


def test_frames_worth_a_look(found: Comparison) -> None:
    worst, best = worst_frames(found, 3), best_frames(found, 3)
    assert (worst[0].sequence, worst[0].frame, worst[0].scores[1]) == ("zebra", "00010", 0)
    assert [one.value for one in worst] == sorted(one.value for one in worst)
    assert [one.value for one in best] == sorted((one.value for one in best), reverse=True)
    first = different_frames(found, 0, 1)[0]
    assert (first.sequence, first.frame) == ("zebra", "00010")
    assert first.value == first.scores[1] - first.scores[0] < 0
    for chosen in (worst_frames(found, 6), different_frames(found, 0, 1, 6)):
        for name in SEQUENCES:
            places = sorted(int(one.frame) for one in chosen if one.sequence == name)
            assert len(places) <= 2
            assert all(b - a > (FRAMES - 2) / 4 for a, b in pairwise(places))


class Page(HTMLParser):
    """What the page says: its elements, and the text of its scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.data = ""
        self.text = ""
        self.in_data = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {key: value or "" for key, value in attrs}
        self.elements.append((tag, known))
        self.in_data = known.get("id") == "data"

    def handle_endtag(self, tag: str) -> None:
        self.in_data = False

    def handle_data(self, data: str) -> None:
        self.data += data if self.in_data else ""
        self.text += "" if self.in_data else data

    def of(self, tag: str, **attributes: str) -> list[dict[str, str]]:
        return [a for t, a in self.elements if t == tag and attributes.items() <= a.items()]


@pytest.fixture(scope="module")
def page(found: Comparison, root: Path) -> tuple[str, Page]:
    text = write_comparison(found, root / "pages" / "ö.html").read_text(encoding="utf-8")
    return text, Page(text)


def test_the_page_needs_nothing_beside_it(page: tuple[str, Page]) -> None:
    text, parsed = page
    links = [value for _, known in parsed.elements for key, value in known.items() if key in ("src", "href")]
    assert links
    assert all(link.startswith("data:image/jpeg;base64,") for link in links)
    assert "@import" not in text
    assert not re.search(r"url\(", text)
    assert re.findall(r"https?://[^'\" ]*", text) == ["http://www.w3.org/2000/svg"]


def test_every_figure_has_its_definition_one_click_away(page: tuple[str, Page], found: Comparison) -> None:
    opened = {button["popovertarget"] for button in page[1].of("button", **{"class": "define"})}
    there = {known["id"] for tag, known in page[1].elements if "popover" in known}
    assert opened == there
    assert len(there) == len(found.figures)
    assert "mean J of the first quarter" in page[1].text


def test_the_page_has_the_numbers(page: tuple[str, Page], found: Comparison) -> None:
    data = json.loads(page[1].data)
    assert data["methods"] == ["near", "far <b>"]
    assert [one["name"] for one in data["sequences"]] == list(SEQUENCES)
    zebra = data["sequences"][2]
    assert zebra["J"][1][zebra["frames"].index("00010")] == 0
    assert zebra["frames"].index("00010") in zebra["pictures"]
    assert zebra["J"][0] == [round(1000 * value) for value in found.scores("zebra")[0]]
    assert f"{found.methods[0].report.overall['J&F']:.3f}" in page[1].text
    assert not page[1].of("b") or "far <b>" in page[1].text


def test_pictures_show_the_frame_and_every_contour(page: tuple[str, Page]) -> None:
    figures = [known for known in page[1].of("figure") if known["class"] == "frame"]
    assert {"data-sequence": "zebra", "data-frame": "00010"}.items() <= figures[0].items()
    images = page[1].of("image")
    assert len(images) == len(figures)
    pixels = cv2.imdecode(np.frombuffer(base64.b64decode(images[0]["href"].split(",")[1]), np.uint8), cv2.IMREAD_COLOR)
    assert pixels.shape[0] / pixels.shape[1] == pytest.approx(SIZE[0] / SIZE[1], abs=0.03)
    assert abs(int(pixels.mean()) - 100) < 4
    assert len(page[1].of("path", **{"class": "truth"})) == len(figures)


def test_a_truth_without_pictures_is_drawn_on_grey(root: Path, tmp_path: Path) -> None:
    truth = root / "DAVIS" / "Annotations" / "480p"
    (tmp_path / "plain").symlink_to(truth)
    plain = compare(tmp_path / "plain", {"near": root / "near"})
    # The link leads into a DAVIS root, where pictures are found.
    assert Page(write_comparison(plain, tmp_path / "a.html").read_text(encoding="utf-8")).of("image")
    own = compare(root / "far", {"near": root / "near"})
    text = write_comparison(own, tmp_path / "b.html").read_text(encoding="utf-8")
    assert not Page(text).of("image")
    assert Page(text).of("figure", **{"class": "frame no-picture"})
    pictures = root / "DAVIS" / "JPEGImages" / "480p"
    assert Page(write_comparison(own, tmp_path / "c.html", images=pictures).read_text(encoding="utf-8")).of("image")
    with pytest.raises(FormatError, match="found no picture of the frames scored"):
        write_comparison(own, tmp_path / "d.html", images=pictures / "zebra")
    assert not (tmp_path / "d.html").exists()


def test_a_damaged_picture_is_named_and_no_page_is_left(root: Path, tmp_path: Path) -> None:
    found = compare(root / "far", {"near": root / "near"})
    for name in SEQUENCES:
        (tmp_path / "pictures" / name).mkdir(parents=True)
        for k in range(FRAMES):
            (tmp_path / "pictures" / name / f"{k:05d}.jpg").write_bytes(b"no picture")
    with pytest.raises(FormatError, match=r"\.jpg: found a damaged picture"):
        write_comparison(found, tmp_path / "page.html", images=tmp_path / "pictures")
    assert [path.name for path in tmp_path.iterdir()] == ["pictures"]


def test_a_prediction_that_ends_early_is_named_without_the_innards_of_a_library(root: Path, tmp_path: Path) -> None:
    for name in SEQUENCES:
        for k in range(FRAMES):
            put(tmp_path / "cut" / name / f"{k:05d}.png", labels(0, k))
    broken = tmp_path / "cut" / "zebra" / "00007.png"
    whole = broken.read_bytes()
    for left in (0, 20, 60, len(whole) - 60, len(whole) - 30):
        broken.write_bytes(whole[:left])
        with pytest.raises(FormatError, match=r"zebra/00007\.png: found an? (empty file|damaged PNG|file)") as error:
            compare(root / "DAVIS", {"cut": tmp_path / "cut"})
        assert " object at 0x" not in str(error.value)


def test_contours_go_round_every_object() -> None:
    pixels = np.zeros((20, 20), np.uint8)
    pixels[2:6, 2:6], pixels[2:6, 6:10] = 3, 4
    apart, as_one = contours(pixels, (3, 4)), contours(pixels, None)
    assert (apart.count("M"), as_one.count("M")) == (2, 1)
    assert as_one == "M2.5 2.5 2.5 5.5 9.5 5.5 9.5 2.5Z"
    assert contours(pixels, (9,)) == ""


def test_plots_and_their_numbers(found: Comparison, tmp_path: Path) -> None:
    write_plots(found, tmp_path)
    written = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.*")}
    names = ["figures", "sequences", "far <b> against near", *(f"over-time/{name}" for name in SEQUENCES)]
    assert written == {f"{name}.{ending}" for name in names for ending in ("png", "svg", "csv")}
    with (tmp_path / "figures.csv").open(encoding="utf-8") as file:
        rows = {row["method"]: row for row in csv.DictReader(file)}
    assert float(rows["near"]["J&F"]) == found.methods[0].report.overall["J&F"]
    assert float(rows["far <b>"]["J_mean low"]) == found.methods[1].report.intervals["J_mean"][0]
    with (tmp_path / "over-time" / "zebra.csv").open(encoding="utf-8") as file:
        assert {row["frame"]: row["J far <b>"] for row in csv.DictReader(file)}["00010"] == "0.0"
    assert Image.open(tmp_path / "figures.png").width > 800


def test_few_frames_have_the_scores_that_the_scorer_gives_them(root: Path, tmp_path: Path) -> None:
    paths = {"near": root / "near", "far": root / "far"}
    study = sparse_study(root / "DAVIS", paths)
    for number in NUM_FRAMES:
        scorer = scorers.build("davis", num_frames=number)
        for name, path in paths.items():
            expected = scorer.score(root / "DAVIS", path).overall["J&F"]
            assert study.sparse[number][name] == pytest.approx(expected, abs=1e-13)
    write_sparse_study(study, tmp_path)
    rows = list(csv.DictReader((tmp_path / "dense-against-sparse.csv").read_text().splitlines()))
    assert [row["method"] for row in rows] == ["near", "far"]
    assert float(rows[1]["10"]) == study.sparse[10]["far"]
    assert {path.suffix for path in tmp_path.iterdir()} == {".png", ".svg", ".csv"}
    with pytest.raises(PointreelError, match="0 frames cannot be scored"):
        sparse_study(root / "DAVIS", paths, num_frames=(3, 0))


def test_three_frames_after_the_reference_frame_as_in_pv_oops(tmp_path: Path) -> None:
    """The reference frame has points and no mask: all three labelled frames count, also the first."""
    for k in (4, 9, 14):
        put(tmp_path / "gt" / "video" / f"{k:05d}.png", labels(0, k))
    for points, wrong in (("1", 4), ("2", 9), ("5", 14), ("10", -1)):
        for k in range(16):
            pixels = np.zeros(SIZE, np.uint8) if k == wrong else labels(0, k)
            put(tmp_path / "results" / points / "video" / f"{k:05d}.png", pixels)
    report = scorers.build("point-vos", reference=False).score(tmp_path / "gt", tmp_path / "results")
    assert report.overall["J&F@10"] == 1
    assert [report.overall[f"J&F@{n}"] for n in (2, 5)] == pytest.approx([2 / 3, 2 / 3])
    assert report.overall["J&F@1"] == pytest.approx(2 / 3)
    assert report.overall["J&F"] == pytest.approx(3 / 4)
    assert not report.warnings or not any("PV-Oops" in warning for warning in report.warnings)
    unsaid = scorers.build("point-vos").score(tmp_path / "gt", tmp_path / "results")
    assert any("use reference=no" in warning for warning in unsaid.warnings)
    assert unsaid.overall["J&F@1"] == 1
