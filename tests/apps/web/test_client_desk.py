"""The same simulated annotator, through a studio: the verdicts are those it gives at the project itself."""

from pointreel.annotate.simulated import SimulatedAnnotator
from pointreel.annotate.simulated_truth import Truth
from pointreel.apps.client import Client
from pointreel.apps.client_desk import ClientDesk
from pointreel.core import Mask
from pointreel.store import Candidate

from .conftest import NUM_FRAMES, Page, square
from .test_client import Through


def test_a_simulated_annotator_works_over_http(page: Page) -> None:
    project = page.studio.project
    truth = Truth({("clip.mp4", 1, k): Mask.from_array(square(k)) for k in range(NUM_FRAMES)})
    project.propose(1, [Candidate(frame=k % NUM_FRAMES, x=8 * k, y=30, kind=k % 3) for k in range(12)])
    person = SimulatedAnnotator(truth, seed=2)
    waited: list[float] = []
    with Client("http://localhost", transport=Through(page.client, lose=2)) as client:
        done = list(person.work(ClientDesk(client, wait=waited.append)))
    assert waited == [one.seconds for one in done]
    assert {answer.point: answer.label for answer in project.answers()} == {one.point: one.verdict for one in done}
    assert len(done) == len(list(project.log())) == 12
