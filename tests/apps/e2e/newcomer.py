"""What a person does with mouse and keys, and what they see."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from .serving import HEIGHT, WIDTH

if TYPE_CHECKING:
    from playwright.sync_api import Page


class Newcomer:
    """Somebody in front of a page."""

    def __init__(self, page: "Page") -> None:
        self.page = page

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Where a pixel of the picture is on the screen, which it is fitted into."""
        box = self.page.locator(".stage").bounding_box()
        scale = min(box["width"] / WIDTH, box["height"] / HEIGHT)
        left = box["x"] + (box["width"] - scale * WIDTH) / 2
        top = box["y"] + (box["height"] - scale * HEIGHT) / 2
        return left + (x + 0.5) * scale, top + (y + 0.5) * scale

    def click(self, x: int, y: int, *, right: bool = False) -> dict[str, Any]:
        """On a pixel of the picture; the answer, when it is there."""
        with self.page.expect_response(lambda answer: "/prompts/" in answer.url) as answered:
            self.page.mouse.click(*self.at(x, y), button="right" if right else "left")
        assert answered.value.ok, answered.value.text()
        return answered.value.json()

    def drags(self, places: list[tuple[int, int]]) -> None:
        """From pixel to pixel with the button held."""
        mouse = self.page.mouse
        mouse.move(*self.at(*places[0]))
        mouse.down()
        for place in places[1:]:
            mouse.move(*self.at(*place), steps=6)
        mouse.up()

    def drops(self, name: str, content: str) -> None:
        """A file, by its bytes in base 64, on the list of videos."""
        data = self.page.evaluate_handle(
            """([name, content]) => {
                const data = new DataTransfer();
                data.items.add(new File([Uint8Array.from(atob(content), one => one.charCodeAt(0))], name));
                return data;
            }""",
            [name, content],
        )
        self.page.dispatch_event(".drop", "drop", {"dataTransfer": data})

    def drops_folder(self, folder: Path) -> None:
        """One of this machine, on the list of videos, as a file manager does it."""
        box = self.page.locator(".drop").bounding_box()
        devtools = self.page.context.new_cdp_session(self.page)
        data = {"items": [], "files": [str(folder)], "dragOperationsMask": 1}
        for kind in ("dragEnter", "dragOver", "drop"):
            place = {"x": box["x"] + 40, "y": box["y"] + 20}
            devtools.send("Input.dispatchDragEvent", {"type": kind, "data": data, **place})

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def sees(self, text: str) -> None:
        self.page.get_by_text(text, exact=False).first.wait_for()

    def is_at_frame(self, frame: int) -> None:
        """Its picture is on the screen."""
        self.page.locator(f".stage[data-frame='{frame}']").wait_for()

    def goes_to(self, view: str) -> None:
        self.page.get_by_role("link", name=view, exact=True).click()

    def waits_for_job(self) -> None:
        """Until nothing runs in the background any more, and the page knows."""
        self.page.wait_for_function(
            """async () => {
                const { jobs } = await (await fetch("api/jobs")).json();
                return jobs.length > 0 && jobs.every(job => job.state === "done");
            }""",
            timeout=120_000,
        )
        self.page.locator(".working").wait_for(state="hidden")

    def propagates(self, key: str = "p") -> None:
        with self.page.expect_response(lambda answer: answer.url.endswith("/propagations")) as started:
            self.press(key)
        assert started.value.ok, started.value.text()
        self.waits_for_job()

    @property
    def point(self) -> int:
        """Which point is asked about."""
        return int(self.page.locator(".verify").get_attribute("data-point"))

    def answers(self, key: str) -> None:
        """Once the point's picture is there; a calm card between batches is passed."""
        page = self.page
        asked = self.point
        page.locator(f".verify[data-point='{asked}'][data-drawn]").wait_for()
        with page.expect_response(lambda answer: answer.url.endswith("/answers") and answer.ok):
            self.press(key)
        page.wait_for_function(
            "asked => document.querySelector('.card') || document.querySelector('.verify')?.dataset.point !== asked",
            arg=str(asked),
        )
        if page.locator(".card").count():
            page.locator(".card button:not([disabled])").nth(1).wait_for()
            self.press("Enter")
            page.locator(".verify[data-drawn]").wait_for()
