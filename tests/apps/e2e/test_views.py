"""Parts of the studio's page, each on a project of its own."""

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pointreel.core import BACKGROUND, FOREGROUND, Points, Prompt
from pointreel.store import Candidate, Project

from .conftest import Clip
from .newcomer import Newcomer
from .serving import Server

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

PASSWORD = "correct horse"


@pytest.fixture
def server(clip: Clip, tmp_path: Path) -> Iterator[Server]:
    """A project with one object, two candidates of each of two kinds for it, and another object without a name."""
    made = Server(tmp_path, clip.path)
    with Project.create(made.project) as project:
        project.add_video(clip.path)
        key = project.add_object("clip.mp4", "astronaut").key
        project.prompt(key, Prompt(object_id=1, frame=0, points=Points.on([[240, 120]])))
        places = [(3, 240, 150), (5, 250, 160), (3, 20, 20), (5, 30, 20)]
        kinds = [FOREGROUND, FOREGROUND, BACKGROUND, BACKGROUND]
        project.propose(
            key,
            [Candidate(frame=frame, x=x, y=y, kind=kind) for (frame, x, y), kind in zip(places, kinds, strict=True)],
        )
        project.add_object("clip.mp4", "")
    made.start()
    yield made
    made.kill()


def labels(server: Server) -> list[int | None]:
    """What the candidates count as, in their order."""
    points = server.get("objects/1/points")["points"]
    return [point["label"] for point in sorted(points, key=lambda point: point["point"])]


def test_verify_and_its_keys_thumbs_and_cards(server: Server, page: "Page", browser: "Browser") -> None:
    someone = Newcomer(page)
    someone.goes_to("Verify")
    someone.sees("Is this point on")
    someone.sees("this astronaut, in frame 0")
    a_key_is_changed_and_kept(someone)
    a_batch_is_ended_and_reopened(server, someone)
    thumbs_answer(server, browser)


def a_key_is_changed_and_kept(someone: Newcomer) -> None:
    page = someone.page
    someone.press("?")
    page.get_by_role("button", name="no, it is not").click()
    someone.sees("press a key")
    someone.press("f")
    someone.sees("already “yes, it is on the object”")
    page.get_by_role("button", name="no, it is not").click()
    someone.sees("press a key")
    with page.expect_response(lambda answer: answer.url.endswith("/preferences") and answer.request.method == "PUT"):
        someone.press("a")
    someone.press("Escape")
    page.reload()
    page.locator(".answer-no kbd", has_text="A").wait_for()


def a_batch_is_ended_and_reopened(server: Server, someone: Newcomer) -> None:
    page = someone.page
    for key in ("f", "a"):
        page.locator(".verify[data-drawn]").wait_for()
        with page.expect_response("**/answers"):
            someone.press(key)
    someone.sees("2 foreground points done")
    assert labels(server) == [1, 0, None, None]
    with page.expect_response("**/undo-batch"):
        someone.press("Shift+Backspace")
    page.locator(".verify[data-point='1'][data-drawn]").wait_for()
    assert labels(server) == [None, None, None, None]
    someone.answers("f")
    someone.press("Backspace")
    page.locator(".verify[data-point='1'][data-drawn]").wait_for()
    assert labels(server) == [None, None, None, None]


def thumbs_answer(server: Server, browser: "Browser") -> None:
    """The right thumb says yes, and both together say unsure."""
    context = browser.new_context(viewport={"width": 820, "height": 1180}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(f"{server.address}#/verify")
    page.locator(".verify[data-drawn]").wait_for()
    with page.expect_response("**/answers"):
        page.tap(".answer-yes")
    page.locator(".verify[data-point='2'][data-drawn]").wait_for()
    with page.expect_response("**/answers"):
        page.evaluate(
            """() => {
                const thumb = (kind, where, pointerId) => document.querySelector(where).dispatchEvent(
                    new PointerEvent(kind, { pointerId, pointerType: "touch", bubbles: true }));
                thumb("pointerdown", ".answer-no", 7);
                thumb("pointerdown", ".answer-yes", 8);
                thumb("pointerup", ".answer-no", 7);
                thumb("pointerup", ".answer-yes", 8);
            }"""
        )
    assert labels(server)[:2] == [1, 2]
    context.close()


def test_what_is_done_before_the_objects_are_known_is_done_to_them(server: Server, page: "Page") -> None:
    """A click in the first moment is for the object there is, and adds to what was said of it."""
    before = server.get("objects/1/prompts")["prompts"][0]["points"]
    held: list[Route] = []
    page.route("**/api/videos/*/objects", lambda route: held.append(route))
    page.reload()
    someone = Newcomer(page)
    someone.is_at_frame(0)
    someone.press("1", "w")
    with page.expect_response("**/prompts/0") as answered:
        someone.press("Enter")
        while held:
            held.pop().continue_()
        page.unroute("**/api/videos/*/objects")
    assert answered.value.ok
    assert len(server.get("videos/1/objects")["objects"]) == 2
    after = server.get("objects/1/prompts")["prompts"][0]["points"]
    assert (after[:-1], len(after)) == (before, len(before) + 1)


def test_label_by_keyboard_alone_and_everything_has_a_name(server: Server, page: "Page") -> None:
    someone = Newcomer(page)
    someone.is_at_frame(0)
    someone.press("1", "ArrowRight", "ArrowRight")
    someone.is_at_frame(2)
    someone.press("w", "Shift+D", "d")
    with page.expect_response("**/prompts/2") as answered:
        someone.press("Enter")
    assert answered.value.ok
    [first, second] = server.get("objects/1/prompts")["prompts"]
    assert (first["frame"], second["frame"]) == (0, 2)
    assert second["points"] == [{"x": 171 + 22, "y": 96 - 2, "label": 1}]
    someone.press("Control+z")
    page.wait_for_function("() => !document.querySelector('.this-frame .prompts')")
    assert [prompt["frame"] for prompt in server.get("objects/1/prompts")["prompts"]] == [0]
    for view in ("Project", "Label", "Verify", "Review", "Statistics"):
        someone.goes_to(view)
        page.locator(f".view-{view.lower()} :is(h1, h2)").first.wait_for()
        assert page.evaluate(NAMELESS) == [], view
        assert page.evaluate(FAINT) == [], view
    someone.sees("object 2")
    a_video_is_added(server, someone)
    points_are_asked_twice_and_of_two(server, someone)


def a_video_is_added(server: Server, someone: Newcomer) -> None:
    """By its bytes, with a line that says what is wrong with a file that is none."""
    page = someone.page
    other, text = server.folder / "another.mp4", server.folder / "notes.mp4"
    other.write_bytes(server.clip.read_bytes())
    text.write_text("no video")
    someone.goes_to("Project")
    page.set_input_files("input[aria-label='Add videos']", [text, other])
    page.get_by_role("row", name="another.mp4").wait_for()
    someone.sees("This is no video that can be read")
    assert [video["name"] for video in server.get("project")["videos"]] == ["clip.mp4", "another.mp4"]


def points_are_asked_twice_and_of_two(server: Server, someone: Newcomer) -> None:
    """What is chosen under More is what is proposed with, and is there again the next time."""
    page = someone.page
    page.get_by_text("More", exact=True).click()
    for what, typed in (("Known answers, %", "5"), ("Asked twice, %", "10"), ("People per point", "0")):
        page.get_by_label(what).fill(typed)
    with page.expect_response(lambda answer: answer.url.endswith("/preferences") and answer.request.method == "PUT"):
        page.get_by_label("People per point").fill("2")
        page.get_by_label("People per point").blur()
    assert page.evaluate(FAINT) == []
    page.reload()
    page.get_by_text("More", exact=True).click()
    page.wait_for_function(
        "() => [...document.querySelectorAll('.more input')].map(one => one.value).join() === '5,10,2'"
    )
    page.get_by_role("button", name="Propose points").click()
    someone.sees("Proposed:")
    server.kill()
    with Project.open(server.project) as project:
        points = project.points(1)
        plain = sum(point.repeats is None and point.gold is None for point in points)
        assert sum(point.repeats is not None for point in points) == round(plain / 10) > 0
        project.answer(points[0].key, points[0].kind, 1.0, annotator="owner")
        assert project.points(1)[0].waiting


def test_a_password_is_asked_for_once_there_is_one(server: Server, page: "Page") -> None:
    someone = Newcomer(page)
    someone.goes_to("Project")
    page.get_by_role("button", name="Password of owner").click()
    page.get_by_label("New password of owner").fill(PASSWORD)
    page.get_by_role("button", name="Keep").click()
    signs_in(page, "owner")
    what_was_cut_off_is_told_to_who_is_still_logged_in(server, page)
    someone.goes_to("Project")
    page.get_by_label("Name").fill("ada")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Role", exact=True).select_option("viewer")
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_role("row", name="ada").wait_for()
    page.get_by_role("button", name="Sign out").click()
    page.locator(".login").wait_for()
    page.get_by_label("Name").fill("ada")
    page.get_by_label("Password").fill("wrong horse")
    page.get_by_role("button", name="Sign in").click()
    page.locator(".trouble", has_text="assword").wait_for()
    signs_in(page, "ada")
    someone.goes_to("Verify")
    page.get_by_text("ask its owner for the role annotator").wait_for()


def what_was_cut_off_is_told_to_who_is_still_logged_in(server: Server, page: "Page") -> None:
    """The server is killed in the middle of something and started again."""
    assert server.process is not None
    server.kill()
    with Project.open(server.project) as project:
        cut_off = f"{socket.gethostname()} {server.process.pid} gone"
        project.begin_job("1" * 32, "propagation", server=cut_off, video="clip.mp4", request='{"frame": 0}')
    server.start()
    page.get_by_text("stopped while it was propagating through clip.mp4").wait_for()
    page.locator(".user", has_text="owner").wait_for()
    page.get_by_role("button", name="Go on").wait_for()
    page.get_by_role("button", name="Leave it").click()
    page.get_by_text("stopped while it was propagating").wait_for(state="hidden")


def signs_in(page: "Page", name: str) -> None:
    page.locator(".login").wait_for()
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.locator(".user", has_text=name).wait_for()


NAMELESS = """() => [...document.querySelectorAll("button, a, input:not([hidden]), select, [role=img], [role=slider]")]
    .filter(found => !(found.getAttribute("aria-label") || found.textContent.trim() || found.closest("label")
        || found.labels?.length || found.title))
    .map(found => found.outerHTML)"""

FAINT = """() => {
    const parts = colour => (colour.match(/[\\d.]+/g) ?? []).map(Number);
    const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
        .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
        .reduce((sum, v, k) => sum + v * [0.2126, 0.7152, 0.0722][k], 0);
    const ground = element => {
        for (let up = element; up; up = up.parentElement) {
            const colour = parts(getComputedStyle(up).backgroundColor);
            if (colour.length === 3 || colour[3] === 1) return colour;
        }
        return [20, 21, 23];
    };
    const found = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const element = walker.currentNode.parentElement;
        if (!walker.currentNode.data.trim() || element.closest(":disabled, option, script")) continue;
        const [a, b] = [light(parts(getComputedStyle(element).color)), light(ground(element))];
        const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        if (contrast < 4.5) found.push([walker.currentNode.data, contrast]);
    }
    return found;
}"""
