"""What else a person does with the mouse: draw, choose, bring files along; one studio for all of it."""

import base64
import io
import shutil
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from pointreel.core import Mask
from pointreel.video import write_pngs

from .conftest import Clip
from .newcomer import Newcomer
from .serving import HEIGHT, WIDTH, Server
from .test_studio import ASTRONAUT, middle

if TYPE_CHECKING:
    from playwright.sync_api import Page


def test_tools_extents_and_files(clip: Clip, server: Server, page: "Page", tmp_path: Path) -> None:
    someone = Newcomer(page)
    someone.is_at_frame(0)
    an_object_is_traced(clip, server, someone)
    a_mask_is_brushed_and_erased(server, someone)
    another_extent_is_taken(clip, server, someone)
    a_mask_is_brought_along(server, someone, tmp_path)
    a_dataset_is_dropped(server, someone, tmp_path)
    folders_are_dropped_and_chosen(clip, server, someone, tmp_path)


def an_object_is_traced(clip: Clip, server: Server, someone: Newcomer) -> None:
    x, y = middle(clip, 0)
    someone.press("t")
    with someone.page.expect_response("**/prompts/0") as answered:
        someone.drags([(x - 8, y - 20), (x + 6, y - 10), (x - 4, y), (x + 5, y + 12)])
    assert answered.value.ok, answered.value.text()
    [prompt] = server.get("objects/1/prompts")["prompts"]
    trace = np.array(prompt["trace"])
    assert len(trace) > 5
    assert np.abs(trace[[0, -1], :2] - [(x - 8, y - 20), (x + 5, y + 12)]).max() <= 1
    assert np.all(np.diff(trace[:, 2]) >= 0)
    assert server.masks(ASTRONAUT)[0].to_array()[y, x]


def a_mask_is_brushed_and_erased(server: Server, someone: Newcomer) -> None:
    """The brush makes what it passes over the object's, the eraser takes it away again, and Ctrl-Z brings it back."""
    someone.press("Escape", "ArrowRight", "ArrowRight", "b")
    someone.is_at_frame(2)
    brushed = drawn(server, someone, [(40, 60), (140, 60)])
    assert brushed[60, 40:141].all()
    assert not brushed[:40].any()
    someone.press("e")
    erased = drawn(server, someone, [(90, 30), (90, 90)])
    assert not erased[60, 85:96].any()
    assert erased[60, 45:60].all()
    assert not (erased & ~brushed).any()
    with someone.page.expect_response("**/undo"):
        someone.press("Control+z")
    assert np.array_equal(server.masks(ASTRONAUT)[2].to_array(), brushed)
    someone.press("Escape")


def drawn(server: Server, someone: Newcomer, places: list[tuple[int, int]]) -> NDArray[np.bool_]:
    with someone.page.expect_response("**/masks/2") as answered:
        someone.drags(places)
    assert answered.value.ok, answered.value.text()
    return server.masks(ASTRONAUT)[2].to_array() > 0


def another_extent_is_taken(clip: Clip, server: Server, someone: Newcomer) -> None:
    """Tab takes the next of the masks that a click could mean, and after the last the first again."""
    someone.press("ArrowRight", "ArrowRight")
    someone.is_at_frame(4)
    offered = someone.click(*middle(clip, 4))["extents"]
    assert len(offered) > 1
    meant = [Mask.from_coco(**extent["mask"]) for extent in offered]
    assert server.masks(ASTRONAUT)[4] == meant[0]
    for k in (*range(1, len(meant)), 0):
        with someone.page.expect_response("**/extents/4") as answered:
            someone.press("Tab")
        assert answered.value.ok
        assert server.masks(ASTRONAUT)[4] == meant[k]


def a_mask_is_brought_along(server: Server, someone: Newcomer, folder: Path) -> None:
    disc = cv2.circle(np.zeros((HEIGHT, WIDTH), np.uint8), (100, 90), 30, 255, -1)
    cv2.imwrite(str(folder / "disc.png"), disc)
    cv2.imwrite(str(folder / "small.png"), disc[:50])
    someone.press("ArrowRight", "ArrowRight")
    someone.is_at_frame(6)
    chooser = someone.page.locator("input[accept='image/png']")
    chooser.set_input_files(folder / "small.png")
    someone.sees(f"expected {WIDTH} x {HEIGHT} as the video has")
    with someone.page.expect_response("**/masks/6.png") as answered:
        chooser.set_input_files(folder / "disc.png")
    assert answered.value.ok
    assert server.masks(ASTRONAUT)[6] == Mask.from_array(disc > 0)


def a_dataset_is_dropped(server: Server, someone: Newcomer, folder: Path) -> None:
    """A zip file with pictures and masks in DAVIS' layout becomes a video with an object."""
    with write_pngs(folder / "D" / "JPEGImages" / "480p" / "walk") as frames:
        for k in range(3):
            frames.add(np.full((24, 32, 3), 40 * k, np.uint8))
    with write_pngs(folder / "D" / "Annotations" / "480p" / "walk") as frames:
        for _ in range(3):
            frames.add_labels(3 * np.eye(24, 32, dtype=int))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as out:
        for path in (folder / "D").rglob("*.png"):
            out.write(path, path.relative_to(folder))
    someone.goes_to("Project")
    someone.drops("davis.zip", base64.b64encode(packed.getvalue()).decode())
    someone.page.get_by_role("row", name="walk").wait_for()
    someone.sees("Imported: 1 video, 1 object, 3 masks")
    walk = next(video for video in server.get("project")["videos"] if video["name"] == "walk")
    [thing] = server.get(f"videos/{walk['key']}/objects")["objects"]
    found = server.get(f"videos/{walk['key']}/masks?start=0&stop=3")["frames"]
    assert thing["object_id"] == 3
    assert [Mask.from_coco(**frame["objects"][0]["mask"]).area for frame in found] == [24, 24, 24]
    someone.page.get_by_role("button", name="Undo").click()
    someone.page.get_by_role("row", name="walk").wait_for(state="hidden")
    someone.sees("Taken back: an import")
    someone.press("Control+Shift+Z")
    someone.page.get_by_role("row", name="walk").wait_for()


def folders_are_dropped_and_chosen(clip: Clip, server: Server, someone: Newcomer, folder: Path) -> None:
    """Numbered pictures become one video, a dataset what it is, and videos come one by one."""
    shutil.copytree(folder / "D" / "JPEGImages" / "480p" / "walk", folder / "pictures")
    (folder / "films" / "day 2").mkdir(parents=True)
    for name in ("one.mp4", "day 2/two.mp4", ".hidden.mp4"):
        shutil.copy(clip.path, folder / "films" / name)
    shutil.move(folder / "D", folder / "again")
    for kind in ("JPEGImages", "Annotations"):
        (folder / "again" / kind / "480p" / "walk").rename(folder / "again" / kind / "480p" / "run")
    someone.drops_folder(folder / "pictures")
    someone.page.get_by_role("row", name="pictures").wait_for()
    someone.drops_folder(folder / "again")
    someone.page.get_by_role("row", name="run").wait_for()
    someone.page.set_input_files("input[aria-label='Add a folder']", folder / "films")
    for name in ("one.mp4", "two.mp4"):
        someone.page.get_by_role("row", name=name).wait_for()
    found = {video["name"]: video for video in server.get("project")["videos"]}
    assert sorted(found) == ["clip.mp4", "one.mp4", "pictures", "run", "two.mp4", "walk"]
    assert (found["pictures"]["num_frames"], found["pictures"]["num_objects"], found["run"]["num_objects"]) == (3, 0, 1)
