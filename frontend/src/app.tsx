/** The frame of every view. */

import { Help } from "./parts/help";
import { useKeys } from "./parts/keyboard";
import { Notice } from "./parts/notice";
import { TopBar } from "./parts/topbar";
import { helpShown, me, notice, project, route, signedOut } from "./state/app";
import { LabelView } from "./views/label";
import { Login } from "./views/login";
import { ProjectView } from "./views/project";
import { ReviewView } from "./views/review";
import { StatisticsView } from "./views/statistics";
import { VerifyView } from "./views/verify";

const VIEWS = {
  project: ProjectView,
  label: LabelView,
  verify: VerifyView,
  review: ReviewView,
  statistics: StatisticsView,
};

export function App() {
  useKeys("everywhere", () => ({
    help: () => {
      helpShown.value = true;
    },
  }));
  if (signedOut.value) return <Login />;
  if (!me.value || !project.value) return <Waiting />;
  const view = project.value.videos.length ? route.value.view : "project";
  const View = VIEWS[view];
  return (
    <div class="frame">
      <TopBar />
      <Notice />
      <main class={`view view-${view}`}>
        <View />
      </main>
      {helpShown.value && <Help />}
    </div>
  );
}

function Waiting() {
  return <p class="waiting">{notice.value ?? "Opening the project …"}</p>;
}
